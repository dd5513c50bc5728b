/** A generator of uniform 32-bit integers. @see Pracrand's sfc32 */
function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Orders of samples, one after the other, the same for the same seed. */
export class Permutations {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = sfc32(seed);
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle(order: Uint32Array): void {
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const moved = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = moved;
    }
  }

  /** Uniform in `0 … n − 1` (n at most 2³²), without bias. */
  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let x = this.#next();
    while (x >= limit) x = this.#next();
    return x % n;
  }
}
