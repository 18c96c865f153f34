/** The template of the office's file share: the files of a hospital's administration over a few years. */
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LabSize } from "../state.ts";
import type { Template } from "./cache.ts";
import { docx, pdf, png, zip } from "./formats.ts";
import { SeededRandom } from "./random.ts";

const MiB = 1024 * 1024;
/** Bytes of content at least. */
const targets: Readonly<Record<LabSize, number>> = { standard: 240 * MiB, tiny: 10 * MiB };

/** A file nobody has a reason to touch; relative to the share. */
export const officeCanary = "Arsip/Kenari/daftar gaji rahasia.docx";

const departments = [
  "Keuangan",
  "Kepegawaian",
  "Farmasi & Logistik",
  "Rekam Medis",
  "Laboratorium",
  "Gizi",
  "Humas dan Pemasaran",
  "Rumah Tangga",
  "Direksi",
  "Diklat – Kerjasama",
];
const months = [
  "Januari",
  "Februari",
  "Maret",
  "April",
  "Mei",
  "Juni",
  "Juli",
  "Agustus",
  "September",
  "Oktober",
  "November",
  "Desember",
];
const subjects = [
  "Laporan Bulanan",
  "Notulen Rapat",
  "Surat Undangan №",
  "Daftar Hadir",
  "Rekap Klaim BPJS",
  "Usulan Anggaran",
  "Évaluasi Kinerja",
  "Kontrak Pengadaan",
  "Berita Acara",
  "Foto Kegiatan",
  "Resume 日本 Kunjungan",
];
const words =
  "rumah sakit pasien laporan bulan tahun anggaran kegiatan pelayanan dokter perawat obat alat ruang rapat hasil jumlah rencana bagian sesuai dengan untuk pada yang dan di oleh surat keputusan direktur evaluasi mutu".split(
    " ",
  );

function text(random: SeededRandom, bytes: number): string {
  const lines: string[] = [];
  for (let length = 0; length < bytes; ) {
    const line = Array.from({ length: 12 }, () => random.pick(words)).join(" ");
    lines.push(`${line}.`);
    length += line.length + 2;
  }
  return lines.join("\n");
}

function csv(random: SeededRandom, bytes: number): string {
  const lines = ["tanggal;no_klaim;nama;jumlah;keterangan"];
  for (let length = 0; length < bytes; ) {
    const line = `2016-${random.between(1, 12)}-${random.between(1, 28)};${random.below(1e6)};${random.pick(words)} ${random.pick(words)};${random.below(9e6)},00;${random.pick(words)}`;
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join("\r\n")}\r\n`;
}

const picture = (random: SeededRandom, bytes: number) => {
  const width = 64 * random.between(1, 8);
  return png(random.bytes(Math.max(width * 3, bytes)), width);
};

type Format = readonly [
  extension: string,
  weight: number,
  kib: readonly [number, number],
  make: (random: SeededRandom, bytes: number, title: string) => string | Buffer,
];
const formats: readonly Format[] = [
  ["txt", 3, [1, 40], text],
  ["csv", 3, [4, 300], csv],
  [
    "html",
    2,
    [4, 80],
    (random, bytes, title) =>
      `<!doctype html>\n<meta charset="utf-8">\n<title>${title}</title>\n<pre>\n${text(random, bytes)}\n</pre>\n`,
  ],
  ["pdf", 4, [40, 1200], (random, bytes, title) => pdf(title, random.bytes(bytes))],
  ["png", 3, [30, 900], picture],
  [
    "docx",
    4,
    [20, 600],
    (random, bytes) => docx(text(random, Math.min(bytes, 20_000)), picture(random, bytes)),
  ],
  [
    "zip",
    1,
    [300, 3000],
    (random, bytes) =>
      zip(
        [1, 2, 3].map((n) => ({ name: `foto ${n}.png`, data: picture(random, bytes / 3), deflate: false })),
      ),
  ],
];
const lottery = formats.flatMap((format) => Array.from({ length: format[1] }, () => format));

interface OfficeFile {
  readonly path: string;
  readonly content: string | Buffer;
  /** Seconds since the epoch. */
  readonly modified: number;
}

/** Every file of the share, in order; the same for each size on every machine. */
export function* officeFiles(size: LabSize): Generator<OfficeFile> {
  const random = new SeededRandom(`office ${size}`);
  const modified = () => 1_420_000_000 + random.below(70_000_000);
  yield {
    path: officeCanary,
    content: docx(text(random, 4000), picture(random, 20_000)),
    modified: modified(),
  };
  yield { path: "Arsip/kosong.txt", content: "", modified: modified() };
  const deep = Array.from({ length: 8 }, (_, level) => `tingkat ${level + 1}`).join("/");
  yield { path: `Arsip/${deep}/catatan akhir.txt`, content: text(random, 900), modified: modified() };
  yield {
    path: `Arsip/${"nama yang sangat panjang ".repeat(8).trim()}.txt`,
    content: text(random, 500),
    modified: modified(),
  };
  // The tiny share has files of all formats too, so they are smaller.
  const scale = size === "tiny" ? 4 : 1;
  for (let total = 0, number = 1; total < targets[size]; number++) {
    const [extension, , [low, high], make] = random.pick(lottery);
    const title = `${random.pick(subjects)} ${number}`;
    const folder = `${random.pick(departments)}/${random.between(2014, 2017)}/${random.pick(months)}`;
    const content = make(random, Math.ceil((random.between(low, high) * 1024) / scale), title);
    total += Buffer.byteLength(content);
    yield { path: `${folder}/${title}.${extension}`, content, modified: modified() };
  }
}

async function make(directory: string, size: LabSize, log: (line: string) => void): Promise<void> {
  let bytes = 0;
  let files = 0;
  let told = Date.now();
  for (const { path, content, modified } of officeFiles(size)) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await utimes(target, modified, modified);
    bytes += Buffer.byteLength(content);
    files++;
    if (Date.now() - told > 3000) {
      told = Date.now();
      log(`office share: ${files} files, ${Math.round(bytes / MiB)} of ${targets[size] / MiB} MiB`);
    }
  }
  await mkdir(join(directory, "Kerja Harian"), { recursive: true });
}

export function officeTemplate(size: LabSize, log: (line: string) => void): Template {
  return {
    name: `office-${size}`,
    ingredients: [size],
    sources: ["./office.ts", "./formats.ts", "./random.ts"].map((file) => new URL(file, import.meta.url)),
    make: (directory) => make(directory, size, log),
  };
}
