// FarmHash's 64-bit fingerprint (farmhashna). All arithmetic is modulo 2⁶⁴. See Pike and Alakuijala, "FarmHash" (2014),
// whose constants these are.
const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;

const wrap = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotate = (x: bigint, bits: number): bigint => wrap((x >> BigInt(bits)) | (x << BigInt(64 - bits)));
const shiftMix = (x: bigint): bigint => x ^ (x >> 47n);

/** Little-endian words of a text. */
class Words {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  at(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  halfAt(offset: number): bigint {
    return BigInt(this.#view.getUint32(offset, true));
  }
}

function mix16(u: bigint, v: bigint, mul: bigint): bigint {
  const a = shiftMix(wrap((u ^ v) * mul));
  return wrap(shiftMix(wrap((v ^ a) * mul)) * mul);
}

function upTo16(bytes: Uint8Array, words: Words): bigint {
  const n = bytes.length;
  const mul = k2 + BigInt(2 * n);
  if (n >= 8) {
    const [a, b] = [wrap(words.at(0) + k2), words.at(n - 8)];
    return mix16(wrap(rotate(b, 37) * mul + a), wrap((rotate(a, 25) + b) * mul), mul);
  }
  if (n >= 4) return mix16(wrap(BigInt(n) + (words.halfAt(0) << 3n)), words.halfAt(n - 4), mul);
  if (n === 0) return k2;
  const [a = 0, b = 0, c = 0] = [bytes[0], bytes[n >> 1], bytes[n - 1]];
  return wrap(shiftMix(wrap(BigInt(a + (b << 8)) * k2) ^ wrap(BigInt(n + (c << 2)) * k0)) * k2);
}

function upTo32(n: number, words: Words): bigint {
  const mul = k2 + BigInt(2 * n);
  const [a, b] = [wrap(words.at(0) * k1), words.at(8)];
  const [c, d] = [wrap(words.at(n - 8) * mul), wrap(words.at(n - 16) * k2)];
  return mix16(
    wrap(rotate(wrap(a + b), 43) + rotate(c, 30) + d),
    wrap(a + rotate(wrap(b + k2), 18) + c),
    mul,
  );
}

function upTo64(n: number, words: Words): bigint {
  const mul = k2 + BigInt(2 * n);
  const [a, b] = [wrap(words.at(0) * k2), words.at(8)];
  const [c, d] = [wrap(words.at(n - 8) * mul), wrap(words.at(n - 16) * k2)];
  const y = wrap(rotate(wrap(a + b), 43) + rotate(c, 30) + d);
  const z = mix16(y, wrap(a + rotate(wrap(b + k2), 18) + c), mul);
  const [e, f] = [wrap(words.at(16) * mul), words.at(24)];
  const [g, h] = [wrap((y + words.at(n - 32)) * mul), wrap((z + words.at(n - 24)) * mul)];
  return mix16(wrap(rotate(wrap(e + f), 43) + rotate(g, 30) + h), wrap(e + rotate(wrap(f + a), 18) + g), mul);
}

/** Mixes 32 bytes into a pair of seeds. */
function mix32(words: Words, at: number, seedA: bigint, seedB: bigint): readonly [bigint, bigint] {
  const [w, x, y, z] = [words.at(at), words.at(at + 8), words.at(at + 16), words.at(at + 24)];
  const a = wrap(seedA + w);
  const b = rotate(wrap(seedB + a + z), 21);
  const sum = wrap(a + x + y);
  return [wrap(sum + z), wrap(b + rotate(sum, 44) + a)];
}

function longer(n: number, words: Words): bigint {
  let x = wrap(81n * k2 + words.at(0));
  let y = wrap(81n * k1 + 113n);
  let z = wrap(shiftMix(wrap(y * k2 + 113n)) * k2);
  let [v, w]: [readonly [bigint, bigint], readonly [bigint, bigint]] = [
    [0n, 0n],
    [0n, 0n],
  ];
  const round = (at: number, mul: bigint, times: bigint): void => {
    x = wrap(rotate(wrap(x + y + v[0] + words.at(at + 8)), 37) * mul);
    y = wrap(rotate(wrap(y + v[1] + words.at(at + 48)), 42) * mul);
    x ^= wrap(w[1] * times);
    y = wrap(y + v[0] * times + words.at(at + 40));
    z = wrap(rotate(wrap(z + w[0]), 33) * mul);
    v = mix32(words, at, wrap(v[1] * mul), wrap(x + w[0]));
    w = mix32(words, at + 32, wrap(z + w[1]), wrap(y + words.at(at + 16)));
    [z, x] = [x, z];
  };
  const end = Math.floor((n - 1) / 64) * 64;
  for (let at = 0; at < end; at += 64) round(at, k1, 1n);
  const mul = wrap(k1 + ((z & 0xffn) << 1n));
  const rest = wrap(w[0] + BigInt((n - 1) & 63));
  const first = wrap(v[0] + rest);
  [v, w] = [
    [first, v[1]],
    [wrap(rest + first), w[1]],
  ];
  round(n - 64, mul, 9n);
  return mix16(
    wrap(mix16(v[0], w[0], mul) + wrap(shiftMix(y) * k0) + z),
    wrap(mix16(v[1], w[1], mul) + x),
    mul,
  );
}

/** FarmHash's fingerprint of a text in UTF-8: the same in every version and on every machine. */
export function fingerprint64(text: string): bigint {
  const bytes = new TextEncoder().encode(text);
  const words = new Words(bytes);
  const n = bytes.length;
  if (n <= 16) return upTo16(bytes, words);
  if (n <= 32) return upTo32(n, words);
  return n <= 64 ? upTo64(n, words) : longer(n, words);
}

/** Two fingerprints as one, in this order. */
export function joinFingerprints(a: bigint, b: bigint): bigint {
  const mul = 0xc6a4a7935bd1e995n;
  const mixed = wrap((a ^ mul ^ wrap(shiftMix(wrap(b * mul)) * mul)) * mul);
  return shiftMix(wrap(shiftMix(mixed) * mul));
}
