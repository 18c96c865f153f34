/** What staff are told, in their language: short, calm, and what to do. Pure. */
import type { Notice } from "../model/hospital.ts";
import type { WindowResult } from "../model/report.ts";

export interface Moment {
  readonly hospital: string;
  /** Names of the isolated segments. */
  readonly segments: readonly string[];
  /** "03:00", by the hospital's clock. */
  readonly backBy: string;
}

/** As the isolation begins. */
export function beginText(language: Notice["language"], { hospital, segments, backBy }: Moment): string {
  const names = segments.join(", ");
  return language === "id"
    ? `${hospital}: jaringan ${names} sedang diputus dari internet untuk pencadangan terencana, paling lambat sampai pukul ${backBy}. Ini bukan serangan; jangan panik. Rekam medis tetap berjalan: teruskan pengisian seperti biasa. Jangan matikan komputer.`
    : `${hospital}: the networks ${names} are off the internet for a planned backup, until ${backBy} at the latest. This is not an attack; there is no need to worry. Medical records go on working: keep entering as usual. Do not switch computers off.`;
}

/** When an operator has put the end off. */
export function extendText(language: Notice["language"], { hospital, segments, backBy }: Moment): string {
  const names = segments.join(", ");
  return language === "id"
    ? `${hospital}: pencadangan perlu waktu lebih lama. Jaringan ${names} tersambung kembali paling lambat pukul ${backBy}. Rekam medis tetap berjalan.`
    : `${hospital}: the backup takes longer. The networks ${names} are connected again by ${backBy} at the latest. Medical records go on working.`;
}

/** When segments stay cut because of an anomaly. */
export function holdText(language: Notice["language"], { hospital, segments, backBy }: Moment): string {
  const names = segments.join(", ");
  return language === "id"
    ? `${hospital}: ada kejanggalan pada data cadangan. Jaringan ${names} tetap diputus sampai tim TI memeriksanya, paling lambat pukul ${backBy}. Jangan matikan komputer; jangan buka berkas yang mencurigakan. Rekam medis tetap berjalan.`
    : `${hospital}: something is wrong with the data that was backed up. The networks ${names} stay off until IT has looked at it, until ${backBy} at the latest. Do not switch computers off, and open no suspicious files. Medical records go on working.`;
}

/** When everything is back. */
export function endText(language: Notice["language"], moment: Moment, result: WindowResult): string {
  const { hospital } = moment;
  const names = moment.segments.join(", ");
  if (language === "id") {
    const outcome =
      result === "ok" ? "Pencadangan selesai." : "Pencadangan belum lengkap; tim TI menanganinya.";
    return `${hospital}: jaringan ${names} tersambung kembali. ${outcome} Jika ada yang tidak berfungsi, hubungi tim TI.`;
  }
  const outcome =
    result === "ok" ? "The backup is complete." : "The backup is not complete; IT is dealing with it.";
  return `${hospital}: the networks ${names} are connected again. ${outcome} If something does not work, call IT.`;
}
