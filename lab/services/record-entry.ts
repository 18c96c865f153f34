/**
 * The record-entry client: a nurse who enters ten records a second through the clinical network. Each id is
 * noted before it is sent and again when it was acknowledged. SIGTERM lets the request under way end first.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { acknowledgedLog, entryId, openEntryLog, sentLog } from "./entry-log.ts";

const url = "http://rekam-medis.internal/entries";
const periodMs = 100;
const timeoutMs = 8000;
const nurses = ["Siti Rahayu", "Dewi Lestari", "Agus Prasetyo", "Ni Made Ayu"];
const notes = [
  "TD 120/80, nadi 84",
  "Suhu 37,2 °C, batuk",
  "Obat diberikan sesuai resep",
  "Kontrol luka: kering",
];

let working = true;
process.on("SIGTERM", () => {
  working = false;
});

const run = randomBytes(6).toString("hex").slice(1);
openEntryLog();
let next = Date.now();
for (let number = 1; working; number++) {
  const id = entryId(run, number);
  const body = JSON.stringify({
    id,
    no_rm: 1 + (number % 200),
    petugas: nurses[number % nurses.length],
    catatan: notes[number % notes.length],
  });
  appendFileSync(sentLog, `${id}\n`);
  try {
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(timeoutMs) });
    await response.arrayBuffer();
    if (response.status === 201) appendFileSync(acknowledgedLog, `${id}\n`);
    else console.log(`${id}: HTTP ${response.status}`);
  } catch (error) {
    console.log(`${id}: ${error instanceof Error ? error.message : error}`);
  }
  next = Math.max(next + periodMs, Date.now());
  while (working && Date.now() < next) await sleep(Math.min(20, next - Date.now()));
}
