/** The office at work on the share: every three seconds a file is written, changed, renamed or deleted. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const share = "//files.internal/office";
const folder = "Kerja Harian";
const draft = "/tmp/konsep.txt";
const kept = 20;

let working = true;
process.on("SIGTERM", () => {
  working = false;
});

const inShare = (commands: string) =>
  run("smbclient", [share, "-A", "/etc/lab/kantor.auth", "-t", "10", "-c", commands], { timeout: 20_000 });

/** What the nth operation does: three files written for one renamed and one deleted. */
function operation(n: number): string {
  const name = (index: number) => `${folder}\\surat ${String(index % kept).padStart(2, "0")}.txt`;
  if (n % 5 === 3) return `rename "${name(n - 1)}" "${folder}\\arsip ${n % kept}.txt" -f`;
  if (n % 5 === 4) return `del "${name(n - 3)}"`;
  writeFileSync(
    draft,
    `Surat nomor ${n}\n${"Dengan hormat, bersama ini kami sampaikan…\n".repeat(20 + (n % 80))}`,
  );
  return `put ${draft} "${name(n)}"`;
}

await inShare(`mkdir "${folder}"`).catch(() => {}); // it is there already
for (let n = 0; working; n++) {
  const started = Date.now();
  try {
    await inShare(operation(n));
  } catch (error) {
    console.log(`${n}: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
  }
  while (working && Date.now() - started < 3000) await sleep(50);
}
