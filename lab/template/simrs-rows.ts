/** The rows of the lab's database: the same for each size, on every machine. Pure. */
import type { LabSize } from "../state.ts";
import { SeededRandom } from "./random.ts";
import {
  clinics,
  complaints,
  diagnoses,
  directions,
  first,
  last,
  medicines,
  streets,
  tests,
  towns,
} from "./simrs-words.ts";

type Value = string | number | null;

const counts = {
  standard: {
    pasien: 25_000,
    registrasi: 50_000,
    kunjungan: 50_000,
    lab: 50_000,
    resep: 25_000,
    resepObat: 40_000,
  },
  tiny: { pasien: 200, registrasi: 250, kunjungan: 250, lab: 200, resep: 100, resepObat: 150 },
} as const satisfies Record<LabSize, object>;

const two = (value: number) => String(value).padStart(2, "0");

function moment(random: SeededRandom): string {
  const date = `${random.between(2015, 2016)}-${two(random.between(1, 12))}-${two(random.between(1, 28))}`;
  return `${date} ${two(random.between(7, 20))}:${two(random.below(60))}:${two(random.below(60))}`;
}

function* table(count: number, row: (id: number) => readonly Value[]): Generator<readonly Value[]> {
  for (let id = 1; id <= count; id++) yield row(id);
}

export interface TableRows {
  readonly table: string;
  readonly rows: Iterable<readonly Value[]>;
}

/** In an order that satisfies the foreign keys. `entri` is empty: what stands there, the lab's client wrote. */
export function simrsRows(size: LabSize): TableRows[] {
  const n = counts[size];
  const doctors = 24;
  const medicineCode = (index: number) => `OB${String(index).padStart(4, "0")}`;
  const random = (name: string) => new SeededRandom(`simrs ${name}`);
  const [p, r, k, l, s, o] = ["pasien", "registrasi", "kunjungan", "lab", "resep", "resep_obat"].map(
    random,
  ) as [SeededRandom, SeededRandom, SeededRandom, SeededRandom, SeededRandom, SeededRandom];
  const perResep = Math.ceil(n.resepObat / n.resep);
  return [
    { table: "poliklinik", rows: clinics },
    {
      table: "dokter",
      rows: table(doctors, (id) => {
        const name = `dr. ${first[id % first.length]} ${last[id % last.length]}`;
        return [id, name, `SIP/${4000 + id}/2014`, clinics[id % clinics.length]?.[0] ?? null];
      }),
    },
    {
      table: "obat",
      rows: medicines.map((name, index) => [
        medicineCode(index),
        name,
        "buah",
        500 + index * 750,
        5000 + index,
      ]),
    },
    {
      table: "pasien",
      rows: table(n.pasien, (id) => [
        id,
        `${p.pick(first)} ${p.pick(last)}`,
        `3374${String(p.below(1_000_000)).padStart(6, "0")}${String(id).padStart(6, "0")}`,
        p.pick(["L", "P"]),
        `${p.between(1932, 2015)}-${two(p.between(1, 12))}-${two(p.between(1, 28))}`,
        `${p.pick(streets)} No. ${p.between(1, 240)}, ${p.pick(towns)}`,
        p.pick(["A", "B", "AB", "O", null]),
        p.pick(["BPJS", "BPJS", "Umum", "Asuransi"]),
      ]),
    },
    {
      table: "registrasi",
      rows: table(n.registrasi, (id) => [
        id,
        r.between(1, n.pasien),
        r.pick(clinics)[0],
        r.between(1, doctors),
        moment(r),
        r.pick(["Rawat Jalan", "Rawat Jalan", "Rawat Inap", "IGD"]),
      ]),
    },
    {
      table: "kunjungan",
      rows: table(n.kunjungan, (id) => [
        id,
        ((id - 1) % n.registrasi) + 1,
        k.pick(diagnoses),
        `Pasien datang dengan keluhan ${k.pick(complaints)}. ${k.pick(complaints)}.`,
        `${k.between(95, 180)}/${k.between(60, 110)}`,
        k.between(355, 400) / 10,
      ]),
    },
    {
      table: "pemeriksaan_lab",
      rows: table(n.lab, (id) => {
        const [test, unit, low, high] = l.pick(tests);
        return [id, l.between(1, n.registrasi), test, l.between(low, high) / 10, unit, moment(l)];
      }),
    },
    {
      table: "resep",
      rows: table(n.resep, (id) => [
        id,
        s.between(1, n.kunjungan),
        s.between(1, doctors),
        s.pick(["baru", "diracik", "diserahkan"]),
      ]),
    },
    {
      table: "resep_obat",
      rows: table(n.resepObat, (id) => [
        Math.floor((id - 1) / perResep) + 1,
        ((id - 1) % perResep) + 1,
        medicineCode(o.below(medicines.length)),
        o.between(5, 30),
        o.pick(directions),
      ]),
    },
  ];
}

const literal = (value: Value): string => {
  if (value === null) return "NULL";
  return typeof value === "number"
    ? String(value)
    : `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
};

/** INSERT statements of at most 1,000 rows each. */
export function* insertStatements({ table: name, rows }: TableRows): Generator<string> {
  let batch: string[] = [];
  const statement = () => `INSERT INTO ${name} VALUES ${batch.join(",")};\n`;
  for (const row of rows) {
    batch.push(`(${row.map(literal).join(",")})`);
    if (batch.length === 1000) {
      yield statement();
      batch = [];
    }
  }
  if (batch.length > 0) yield statement();
}
