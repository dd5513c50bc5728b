const { FUZZ_RUNS: runs, FUZZ_SEED: seed } = globalThis.process.env;

/**
 * Parameters of `fc.assert`: how many random cases a property is tried on, and from which seed. They are the same in
 * every run of the tests, so that a run says something about the code alone; `FUZZ_RUNS=5000 FUZZ_SEED=2` tries more
 * and others.
 */
export function cases(usual: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Number(runs ?? usual), seed: Number(seed ?? 1) };
}
