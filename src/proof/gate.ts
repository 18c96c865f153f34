/** The gate before the first resource: a window whose proof has violations is refused, with every reason. */
import { JedaError, JedaErrors } from "../model/errors.ts";
import type { Hospital } from "../model/hospital.ts";
import type { Circumstances, Proof } from "./proof-types.ts";
import { prove } from "./prove.ts";

/** @throws JedaErrors, one REFUSED for each violation; nothing was changed. */
export function demandProof(hospital: Hospital, circumstances: Circumstances = {}): Proof {
  const proof = prove(hospital, circumstances);
  if (proof.violations.length === 0) return proof;
  const hint = "`jeda proof --stack STACK` shows the whole table";
  throw new JedaErrors(
    proof.violations.map(
      ({ code, text }) => new JedaError("REFUSED", `flow proof, ${code}: ${text}`, { hint }),
    ),
  );
}
