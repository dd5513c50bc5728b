/** Median seconds of one call of `work`, after warm-up long enough for the engine's optimising compiler. */
export async function measure(work: () => void, repeats = 15): Promise<number> {
  const timed = (calls: number): number => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) work();
    return (performance.now() - start) / 1000;
  };
  const once = Math.max(timed(1), 1e-6);
  const warm = Math.max(2, Math.ceil(0.08 / once));
  timed(warm);
  await new Promise((resolve) => setTimeout(resolve, 50));
  timed(warm);
  const calls = Math.max(1, Math.ceil(0.02 / (timed(warm) / warm)));
  const times = Array.from({ length: repeats }, () => timed(calls) / calls);
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)] ?? 0;
}
