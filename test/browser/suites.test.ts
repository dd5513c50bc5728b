import { expect, it } from "vitest";
import { describeBrowser } from "../support/browser.ts";
import { bundleSuites, suiteFiles } from "../support/browser-suite.ts";
import { hasGolden } from "../support/golden.ts";

const ofPrimitives = ["test/primitives/conformance.test.ts", "test/primitives/compositions.test.ts"];
const ofKeras = [
  "test/golden/ops-gradients.test.ts",
  ...["convolutional", "pooling", "rnn", "normalization", "attention"].map(
    (family) => `test/golden/layers/${family}.test.ts`,
  ),
];
/** The mode of this run, else two that differ in everything. */
const given = process.env["ANTLER_MODE"];
const modes =
  given === undefined ? ["1-thread,plain-simd,winograd-never", "2-threads,relaxed-simd,winograd-4"] : [given];

describeBrowser("suites in Chromium", (browser) => {
  it("of primitives, without shared memory", async () => {
    const { value } = await browser().run(await bundleSuites(ofPrimitives), {
      argument: { mode: "all-threads" },
      timeoutMs: 280_000,
    });
    expect(value).toMatchObject({ failures: [], threadedRuns: 0 });
    expect(Reflect.get(Object(value), "passed")).toBeGreaterThan(400);
  });

  it("that fail are told from those that pass", async () => {
    const bundle = await bundleSuites(["test/fixtures/failing-suite.ts"]);
    const { value } = await browser().run(bundle, { argument: { mode: "1-thread" } });
    const failures = [expect.stringMatching(/^outcomes > 1 is two: a number: expected 1 to be 2/)];
    expect(value).toMatchObject({ passed: 2, skipped: 1, failures });
  });

  it.each(modes)("of primitives, and what Keras computed: %s", async (mode) => {
    const isThreaded = mode.includes("2-threads");
    const { value } = await browser().run(await bundleSuites([...ofPrimitives, ...ofKeras]), {
      argument: { mode, inWorker: isThreaded },
      isolated: true,
      files: suiteFiles(),
      timeoutMs: 280_000,
    });
    expect(value).toMatchObject({ failures: [] });
    expect(Reflect.get(Object(value), "passed")).toBeGreaterThan(hasGolden ? 900 : 400);
    const runs = Number(Reflect.get(Object(value), "threadedRuns"));
    // The suites of primitives have backends of their own, whose runs are not counted.
    if (!isThreaded) expect(runs).toBe(0);
    else if (hasGolden) expect(runs).toBeGreaterThan(50);
  });
});
