let globalSeed: number | null = null;
let drawn = 0;

/** Fixes the seed of everything random from here on: initial weights, shuffling, dropout. Null: random again. */
export function setGlobalSeed(seed: number | null): void {
  globalSeed = seed;
  drawn = 0;
}

/** A fresh seed: the next of the sequence that `setGlobalSeed` began, else a random one. */
export function nextSeed(): number {
  if (globalSeed === null) return Math.floor(Math.random() * 2 ** 31);
  // Neighbouring seeds' sequences are kept apart by a Weyl step and two xorshift-multiply rounds.
  let x = (globalSeed + 0x9e3779b9 * ++drawn) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  return (x ^ (x >>> 16)) >>> 1;
}
