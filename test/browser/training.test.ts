import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { bundleSettings, describeBrowser } from "../support/browser.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { run, type TrainingResult } from "./training-page.ts";

const entry = fileURLToPath(new URL("training-page.ts", import.meta.url));

describeBrowser("training in a page", (browser) => {
  it.each([false, true])(
    "learns, lets the page live, and agrees with Node (isolated: %s)",
    async (isolated) => {
      const { outputFiles = [] } = await build({ ...bundleSettings(), entryPoints: [entry] });
      const bundle = new Map(
        outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]),
      );
      const { value, console } = await browser().run(bundle, { isolated, timeoutMs: 280_000 });
      const inPage = value as TrainingResult; // SAFETY: what the page's run returns
      expect(console).toEqual([]);
      expect(inPage.lastLoss).toBeLessThan(inPage.firstLoss / 2);
      expect(inPage.accuracy).toBeGreaterThan(0.95);
      // A turn of the event loop is due every 16 ms; the first step also traces and compiles.
      expect(inPage.longestBlockMs, `of ${inPage.elapsedMs} ms`).toBeLessThan(
        Math.max(250, inPage.elapsedMs / 2),
      );
      const inNode = await run();
      expectClose(inPage.predictions, inNode.predictions, tolerance("float32", "epochs"), "predictions");
    },
  );
});
