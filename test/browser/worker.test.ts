import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { type Bundle, bundleSettings, describeBrowser } from "../support/browser.ts";
import type { WorkerResult } from "./worker-page.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The page as `entry.js`, the worker as `worker.js`. */
async function bundles(): Promise<Bundle> {
  const entryPoints = { entry: here("worker-page.ts"), worker: here("training-worker.ts") };
  const { outputFiles = [] } = await build({ ...bundleSettings(), entryPoints, entryNames: "[name]" });
  return new Map(outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]));
}

describeBrowser("training in a worker", (browser) => {
  it.each([false, true])(
    "tells how far it is, and hands over a model that the page predicts the same with (isolated: %s)",
    async (isolated) => {
      const { value, console } = await browser().run(await bundles(), { isolated, timeoutMs: 280_000 });
      const { losses, inWorker, inPage, error } = value as WorkerResult; // SAFETY: what the page's run returns
      expect(console).toEqual([]);
      expect(losses).toHaveLength(5);
      expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
      expect(inPage).toEqual(inWorker);
      expect(error).toMatch(/DeviceError: cannot write "model\.keras": .*saving\.modelToBytes\(model\)/);
    },
  );
});
