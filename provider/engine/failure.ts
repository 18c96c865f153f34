/** Errors on their way to the engine. */
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { anyPb, providerPb, statusPb } from "../../pulumi-protocol/proto.ts";
import { type Properties, toStruct } from "../../pulumi-protocol/wire.ts";
import { JedaError, JedaErrors } from "../../src/model/errors.ts";

function sentence(error: JedaError): string {
  const changed = error.changed === "nothing" ? "Nothing was changed." : `Changed: ${error.changed}`;
  return [error.message, error.hint, changed].filter((part) => part !== undefined && part !== "").join("\n");
}

/** What is wrong, what to do and whether anything was changed; no trace for an expected failure. */
export function tell(error: unknown): string {
  if (error instanceof JedaErrors) return error.errors.map(sentence).join("\n");
  if (error instanceof JedaError) return sentence(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export function plainFailure(error: unknown): Partial<ServiceError> {
  return { code: status.UNKNOWN, details: tell(error) };
}

/**
 * The resource exists in state but could not be looked at (or finished): the engine warns, goes on with the others,
 * and every later run tries again.
 */
export function initFailure(
  error: unknown,
  known: { readonly id: string; readonly inputs: Properties; readonly outputs: Properties },
): Partial<ServiceError> {
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(known.id);
  detail.setInputs(toStruct(known.inputs));
  detail.setProperties(toStruct(known.outputs));
  detail.setReasonsList([tell(error)]);
  detail.setRefreshBeforeUpdate(true);
  const packed = new anyPb.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new statusPb.Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(tell(error));
  whole.addDetails(packed);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { code: status.UNKNOWN, details: tell(error), metadata };
}
