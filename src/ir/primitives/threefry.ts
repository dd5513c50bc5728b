import { elementwise } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import type { ScalarId } from "../scalar.ts";

/** Parity constant and rotations of Threefry-2x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). */
const parity = 0x1bd11bda;
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** The arithmetic that Threefry needs, so that numbers and scalar IR share one definition. */
interface Words<T> {
  readonly add: (a: T, b: T) => T;
  readonly xor: (a: T, b: T) => T;
  readonly rotate: (a: T, bits: number) => T;
  readonly constant: (value: number) => T;
}

/** Threefry-2x32 with 20 rounds: key `k0, k1`, counter `c0, c1`. */
function rounds<T>(w: Words<T>, k0: T, k1: T, c0: T, c1: T): [T, T] {
  const keys = [k0, k1, w.xor(w.xor(k0, k1), w.constant(parity))];
  const key = (i: number): T => keys[i % 3] ?? k0;
  let x = w.add(c0, k0);
  let y = w.add(c1, k1);
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2] ?? rotations[0]) {
      x = w.add(x, y);
      y = w.xor(w.rotate(y, bits), x);
    }
    x = w.add(x, key(group + 1));
    y = w.add(w.add(y, key(group + 2)), w.constant(group + 1));
  }
  return [x, y];
}

const numbers: Words<number> = {
  add: (a, b) => (a + b) >>> 0,
  xor: (a, b) => (a ^ b) >>> 0,
  rotate: (a, bits) => ((a << bits) | (a >>> (32 - bits))) >>> 0,
  constant: (value) => value,
};

/** Threefry-2x32-20 on plain unsigned 32-bit numbers. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  return rounds(numbers, k0, k1, c0, c1);
}

export const threefryPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "threefry",
  arity: 4,
  accepts: "integer",
  result: () => "uint32",
  f: ([k0 = 0, k1 = 0, c0 = 0, c1 = 0]) => {
    const [x, y] = threefry2x32(k0, k1, c0, c1);
    return (x ^ y) >>> 0;
  },
  scalar: (b, [k0 = 0, k1 = 0, c0 = 0, c1 = 0]) => {
    const constant = (value: number): ScalarId => b.const(value, "uint32");
    const words: Words<ScalarId> = {
      add: (x, y) => b.op("add", x, y),
      xor: (x, y) => b.op("xor", x, y),
      rotate: (x, bits) => b.op("or", b.op("shl", x, constant(bits)), b.op("shr", x, constant(32 - bits))),
      constant,
    };
    const [x, y] = rounds(words, k0, k1, c0, c1);
    return b.op("xor", x, y);
  },
  vjp: notDifferentiable("random bits do not depend on anything smoothly"),
  samples: () => [
    {
      inputs: [
        [0, 2 ** 32 - 1],
        [0, 2 ** 32 - 1],
        [0, 2 ** 32 - 1],
        [0, 2 ** 32 - 1],
      ].map((values) => ({ shape: [2], dtype: "uint32" as const, values })),
      params: {},
    },
    {
      inputs: Array.from({ length: 4 }, () => ({
        shape: [3, 11],
        dtype: "uint32" as const,
        low: 0,
        high: 2 ** 32,
      })),
      params: {},
    },
  ],
});

/**
 * Random bits: the two words of Threefry-2x32-20 for key `(k0, k1)` and counter `(c0, c1)`, xor-ed into one.
 *
 * All inputs are uint32 of one shape.
 */
export function threefry(k0: Var, k1: Var, c0: Var, c1: Var): Var {
  return emitOne(threefryPrimitive, [k0, k1, c0, c1], {});
}
