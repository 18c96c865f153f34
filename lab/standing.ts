/** What an error of the lab's says of the changes made, once hosts of it have been started. */
import { JedaError } from "../src/model/errors.ts";

/** The same error; one that believes that nothing was changed says what stands, and how it goes away. */
export function whileStanding(id: string, error: unknown): unknown {
  if (!(error instanceof JedaError) || error.changed !== "nothing") return error;
  const { code, message, at, hint } = error;
  return new JedaError(code, message, {
    ...(at === undefined ? {} : { at }),
    ...(hint === undefined ? {} : { hint }),
    changed: `the lab "${id}" was raised, wholly or in part; npm run lab:down takes it away`,
    cause: error,
  });
}
