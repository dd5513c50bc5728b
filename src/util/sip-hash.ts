const wrap = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotate = (x: bigint, bits: bigint): bigint => wrap((x << bits) | (x >> (64n - bits)));

/** SipHash-2-4 of a text in UTF-8 with a key of two 64-bit words. @see Aumasson and Bernstein, "SipHash" (2012) */
export function sipHash64(text: string, [key0, key1]: readonly [bigint, bigint]): bigint {
  const bytes = new TextEncoder().encode(text);
  let v0 = wrap(key0) ^ 0x736f6d6570736575n;
  let v1 = wrap(key1) ^ 0x646f72616e646f6dn;
  let v2 = wrap(key0) ^ 0x6c7967656e657261n;
  let v3 = wrap(key1) ^ 0x7465646279746573n;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = wrap(v0 + v1);
      v1 = rotate(v1, 13n) ^ v0;
      v0 = rotate(v0, 32n);
      v2 = wrap(v2 + v3);
      v3 = rotate(v3, 16n) ^ v2;
      v0 = wrap(v0 + v3);
      v3 = rotate(v3, 21n) ^ v0;
      v2 = wrap(v2 + v1);
      v1 = rotate(v1, 17n) ^ v2;
      v2 = rotate(v2, 32n);
    }
  };
  const compress = (word: bigint): void => {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) compress(view.getBigUint64(at, true));
  // The last word holds what is left, and the length in its highest byte.
  let last = BigInt(bytes.length & 0xff) << 56n;
  for (let at = whole; at < bytes.length; at++) last |= BigInt(bytes[at] ?? 0) << BigInt(8 * (at - whole));
  compress(last);
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}
