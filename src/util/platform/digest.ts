import { DeviceError } from "../errors.ts";

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined; // SAFETY: absent in insecure contexts
  if (subtle === undefined) {
    throw new DeviceError(
      "cannot compute a SHA-256 hash: browsers allow it in secure contexts (https, localhost) only",
    );
  }
  // SAFETY: `digest` only reads; a view of shared memory, which it would refuse, is never passed.
  const digest = await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
