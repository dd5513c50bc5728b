import { DataError } from "../errors.ts";
import { joinBytes } from "../join-bytes.ts";
import { nodeModule } from "./node.ts";

/** How far a download is: bytes so far, and in all where the server said so. */
export interface DownloadProgress {
  readonly loaded: number;
  readonly total: number | undefined;
}

export interface DownloadOptions {
  /** Called after each piece that arrives. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download. */
  readonly signal?: AbortSignal;
}

/** True for `http:`, `https:`, `file:`, `blob:` and `data:` addresses. */
export function isUrl(text: string): boolean {
  return /^(https?|file|blob|data):/i.test(text);
}

/**
 * The bytes behind a URL.
 *
 * @throws {DataError} when there is no connection, or the server answers with an error.
 */
export async function downloadBytes(url: string, options: DownloadOptions = {}): Promise<Uint8Array> {
  const fs = url.startsWith("file:") ? nodeModule("node:fs/promises") : undefined;
  if (fs !== undefined)
    return new Uint8Array(await fs.readFile(new URL(url)).catch((error: unknown) => unreadable(url, error)));
  let response: Response;
  try {
    response = await fetch(url, options.signal === undefined ? {} : { signal: options.signal });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`cannot download ${url}: ${reason}`, { cause: error });
  }
  if (!response.ok)
    throw new DataError(
      `cannot download ${url}: the server answered ${response.status} ${response.statusText}`,
    );
  try {
    return await readBody(response, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`cannot download ${url}: the connection broke (${reason})`, { cause: error });
  }
}

function unreadable(url: string, error: unknown): never {
  throw new DataError(`cannot read ${url}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

async function readBody(response: Response, options: DownloadOptions): Promise<Uint8Array> {
  const declared = Number(response.headers.get("content-length") ?? Number.NaN);
  // With a content encoding, content-length counts the compressed bytes.
  const total =
    Number.isFinite(declared) && response.headers.get("content-encoding") === null ? declared : undefined;
  if (response.body === null || options.onProgress === undefined)
    return new Uint8Array(await response.arrayBuffer());
  const pieces: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    loaded += value.byteLength;
    options.onProgress({ loaded, total });
  }
  return joinBytes(pieces);
}
