import { FormatError } from "../util/errors.ts";
import { parsePythonJson } from "./python-json.ts";

/** @throws {FormatError} when the bytes are not JSON in UTF-8. */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    return parsePythonJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FormatError(
      `${where}: it is not JSON (${error instanceof Error ? error.message : String(error)}).`,
      { cause: error },
    );
  }
}
