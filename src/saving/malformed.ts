import { AntlerError, FormatError } from "../util/errors.ts";

/**
 * Runs code that makes something of what a file says. Errors of the library become a `FormatError` at that place; so do
 * those of JavaScript, since a file may have anything in place of what a class expects.
 *
 * @param where - The file and the place in it.
 * @throws {FormatError}
 */
export function whileReading<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    if (error instanceof AntlerError) throw new FormatError(`${where}: ${error.message}`, { cause: error });
    if (!(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError))
      throw error;
    throw new FormatError(`${where}: it cannot be made from this configuration (${error.message}).`, {
      cause: error,
    });
  }
}
