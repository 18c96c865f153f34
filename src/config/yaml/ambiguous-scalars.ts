/**
 * Plain scalars that the Pulumi engine (Go's YAML) and YAML 1.2 read differently: `2017-05-15` arrives as
 * "2017-05-15 00:00:00 +0000 UTC", `010` as 8. They are refused, so that a file means what it looks like.
 */
import { isScalar, visit } from "yaml";
import { JedaError } from "../../model/errors.ts";
import type { PositionedYaml } from "./positions.ts";

/** The layouts that gopkg.in/yaml.v3 takes for a timestamp. */
const TIMESTAMP =
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|\s+)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?\s*(?:Z|[+-]\d{1,2}(?::\d{2})?)?)?$/;

const NUMBER = /^[-+]?(?:0\d[\d_]*|0b[01_]+|0x[\dA-Fa-f]*_[\dA-Fa-f_]*|\d[\d_]*_[\d_]*(?:\.[\d_]*)?)$/;

export function ambiguousScalars(yaml: PositionedYaml): JedaError[] {
  const errors: JedaError[] = [];
  visit(yaml.document, {
    Scalar(key, node) {
      if (key === "key" || !isScalar(node) || node.type !== "PLAIN" || node.range == null) return;
      const source = node.source ?? "";
      const what = TIMESTAMP.test(source) ? "a date without quotes" : NUMBER.test(source) ? "a number" : "";
      if (what === "") return;
      const message = `${source}: ${what} that YAML readers understand differently`;
      const at = yaml.place(node.range[0]);
      const text = `write "${source}" with quotes`;
      const hint =
        what === "a number" ? `write ${plainNumber(source)} for a number; for a text ${text}` : text;
      errors.push(new JedaError("CONFIG", message, { at, hint }));
    },
  });
  return errors;
}

/** As every reader understands it, and as whoever wrote it will have meant it. */
function plainNumber(source: string): string {
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/.exec(source.replaceAll("_", "")) ?? [];
  const plain = /^0[bx]/.test(digits) ? String(Number(digits)) : digits.replace(/^0+(?=\d)/, "");
  return `${sign === "-" ? "-" : ""}${plain.replace(/\.$/, "")}`;
}
