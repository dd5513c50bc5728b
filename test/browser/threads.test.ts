import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { bundleSettings, describeBrowser } from "../support/browser.ts";

const entry = fileURLToPath(new URL("threads-page.ts", import.meta.url));

describeBrowser("threads in Chromium", (browser) => {
  it.each([false, true])("give the same bits (cross-origin isolated: %s)", async (isolated) => {
    const { outputFiles = [] } = await build({ ...bundleSettings(), entryPoints: [entry] });
    const bundle = new Map(outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]));
    const { value } = await browser().run(bundle, { isolated, timeoutMs: 280_000 });
    expect(value).toMatchObject({ isEqual: true });
    const threadedRuns = Number(Reflect.get(Object(value), "threadedRuns"));
    // Memory is shared between threads in isolated pages alone.
    if (isolated) expect(threadedRuns).toBeGreaterThan(10);
    else expect(threadedRuns).toBe(0);
  });
});
