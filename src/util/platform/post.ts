import { DataError } from "../errors.ts";

/**
 * Sends text to a URL.
 *
 * @throws {DataError} when there is no connection, or the server answers with an error.
 */
export async function postText(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", body, headers: { ...headers } });
  } catch (error) {
    throw new DataError(`cannot reach ${url}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!response.ok)
    throw new DataError(
      `cannot send to ${url}: the server answered ${response.status} ${response.statusText}`,
    );
}
