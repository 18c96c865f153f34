import { deepEqual, match, ok } from "node:assert/strict";
import { tell } from "../../../src/notice/notify.ts";
import { beginText, endText } from "../../../src/notice/text.ts";

const moment = { hospital: "RS Uji", segments: ["administrative", "guest"], backBy: "03:00" };

describe("notices", () => {
  it("say in both languages until when, and to keep entering records", () => {
    match(beginText("id", moment), /paling lambat sampai pukul 03:00.*jangan panik.*teruskan pengisian/);
    match(beginText("en", moment), /until 03:00 at the latest.*keep entering as usual/);
  });

  it("never call a backup complete that is not", () => {
    match(endText("en", moment, "ok"), /The backup is complete/);
    for (const result of ["partial", "failed", "aborted"] as const) {
      match(endText("en", moment, result), /not complete/);
      match(endText("id", moment, result), /belum lengkap/);
    }
  });

  it("are in the journal also when a command fails, which stops nobody", async () => {
    const notes: string[] = [];
    const given: string[] = [];
    await tell(
      [
        { to: "ward", language: "id", command: ["broken"] },
        { to: "office", language: "en", command: ["works"] },
        { to: "nobody", language: "en" },
      ],
      (language) => `text ${language}`,
      {
        note: (text) => notes.push(text),
        run: async ([program], text) => {
          if (program === "broken") throw new Error("exit code 1");
          given.push(text);
        },
      },
    );
    deepEqual(given, ["text en"]);
    ok(notes.includes("notice to ward: text id"));
    ok(notes.includes("the notice to ward could not be given: exit code 1"));
  });
});
