const size = 624;

/** The numbers of NumPy's `RandomState(seed)` (Mersenne twister MT19937), so that splits equal those of Python Keras. */
export class RandomState {
  readonly #state = new Uint32Array(size);
  #next = size;

  constructor(seed: number) {
    let previous = seed >>> 0;
    for (let i = 0; i < size; i++) {
      this.#state[i] = previous;
      previous = (Math.imul(previous ^ (previous >>> 30), 1812433253) + i + 1) >>> 0;
    }
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % size] ?? 0) & 0x7fffffff);
      state[i] = (state[(i + 397) % size] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }

  /** The next 32 bits. */
  uint32(): number {
    if (this.#next >= size) this.#refill();
    let y = this.#state[this.#next++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A whole number from 0 to `max`, both included, by rejection under the next larger mask. */
  upTo(max: number): number {
    const mask = max === 0 ? 0 : 2 ** (32 - Math.clz32(max)) - 1;
    if (mask === 0) return 0;
    let value = (this.uint32() & mask) >>> 0;
    while (value > max) value = (this.uint32() & mask) >>> 0;
    return value;
  }

  /** 0 … count − 1 in the order that `shuffle` puts them. */
  shuffledIndices(count: number): Uint32Array {
    const indices = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.upTo(i);
      const kept = indices[i] ?? 0;
      indices[i] = indices[j] ?? 0;
      indices[j] = kept;
    }
    return indices;
  }
}
