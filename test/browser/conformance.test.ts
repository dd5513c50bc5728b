import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { bundleSettings, describeBrowser } from "../support/browser.ts";

const entry = fileURLToPath(new URL("conformance-page.ts", import.meta.url));

describeBrowser("primitives in Chromium", (browser) => {
  it.each([false, true])("give what the reference gives (cross-origin isolated: %s)", async (isolated) => {
    const { outputFiles = [] } = await build({ ...bundleSettings(), entryPoints: [entry] });
    const bundle = new Map(outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]));
    const { value } = await browser().run(bundle, { isolated, timeoutMs: 120_000 });
    expect(value).toMatchObject({ failures: [] });
    expect(value).toHaveProperty("checked");
    expect(Reflect.get(Object(value), "checked")).toBeGreaterThan(200);
  });
});
