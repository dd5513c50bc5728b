/** Four tables, so that a step takes four bytes. */
const crcTables: readonly Uint32Array[] = /* @__PURE__ */ makeCrcTables();

/** What a byte adds to a CRC, by the reversed polynomial. */
function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? polynomial ^ (c >>> 1) : c >>> 1;
    return c;
  });
}

function makeCrcTables(): Uint32Array[] {
  const first = crcTable(0xedb88320);
  const tables = [first, new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let t = 1; t < 4; t++) {
    const previous = tables[t - 1] ?? first;
    const table = tables[t] ?? first;
    for (let n = 0; n < 256; n++)
      table[n] = ((previous[n] ?? 0) >>> 8) ^ (first[(previous[n] ?? 0) & 255] ?? 0);
  }
  return tables;
}

/** CRC-32 as zip and gzip use it. */
export function crc32(bytes: Uint8Array): number {
  const [t0, t1, t2, t3] = crcTables;
  if (t0 === undefined || t1 === undefined || t2 === undefined || t3 === undefined) return 0;
  let crc = 0xffffffff;
  let i = 0;
  const whole = bytes.length - (bytes.length % 4);
  for (; i < whole; i += 4) {
    crc ^=
      (bytes[i] ?? 0) |
      ((bytes[i + 1] ?? 0) << 8) |
      ((bytes[i + 2] ?? 0) << 16) |
      ((bytes[i + 3] ?? 0) << 24);
    crc =
      (t3[crc & 255] ?? 0) ^
      (t2[(crc >>> 8) & 255] ?? 0) ^
      (t1[(crc >>> 16) & 255] ?? 0) ^
      (t0[crc >>> 24] ?? 0);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[i] ?? 0)) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const castagnoliTable: Uint32Array = /* @__PURE__ */ crcTable(0x82f63b78);

/** CRC-32C (Castagnoli), as TFRecord files use it. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (castagnoliTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Adler-32, the checksum of zlib streams (RFC 1950). */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < bytes.length; start += 3800) {
    const end = Math.min(start + 3800, bytes.length);
    for (let i = start; i < end; i++) {
      a += bytes[i] ?? 0;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** Fletcher-32 over big-endian 16-bit words, as HDF5's filter of that name computes it (`H5checksum.c`). */
export function fletcher32(bytes: Uint8Array): number {
  let a = 0;
  let b = 0;
  const add = (word: number): void => {
    a = (a + word) % 65535;
    b = (b + a) % 65535;
  };
  const even = bytes.length - (bytes.length % 2);
  for (let i = 0; i < even; i += 2) add(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  if (even < bytes.length) add((bytes[even] ?? 0) << 8);
  return ((b << 16) | a) >>> 0;
}

/** Bob Jenkins's lookup3 hash (`hashlittle`, initial value 0), the checksum of newer HDF5 metadata. */
export function lookup3(bytes: Uint8Array): number {
  const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));
  const word = (i: number): number =>
    (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24);
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  let i = 0;
  let length = bytes.length;
  for (; length > 12; length -= 12, i += 12) {
    a = (a + word(i)) | 0;
    b = (b + word(i + 4)) | 0;
    c = (c + word(i + 8)) | 0;
    a = ((a - c) ^ rotate(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 4)) | 0;
    b = (b + a) | 0;
  }
  if (length === 0) return c >>> 0;
  a = (a + word(i)) | 0; // bytes beyond the end read as 0, which is what the tail cases add up to
  b = (b + word(i + 4)) | 0;
  c = (c + word(i + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}
