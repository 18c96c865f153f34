/** Handlers as plain functions; what they throw becomes the error that the engine shows. */
import { type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";

export function answer<Q, R>(handle: (request: Q) => R | Promise<R>) {
  return ({ request }: ServerUnaryCall<Q, R>, reply: sendUnaryData<R>): void => {
    // `new Promise`, so that a handler that throws at once is answered too.
    new Promise<R>((resolve) => resolve(handle(request))).then(
      (response) => reply(null, response),
      (error: unknown) => reply({ code: status.UNKNOWN, details: textOf(error) }),
    );
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
