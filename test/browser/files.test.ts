import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Input, layers, Model, models, setRandomSeed, tensor } from "../../src/index.ts";
import { type Bundle, bundleSettings, describeBrowser } from "../support/browser.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { goldenPath, hasGolden } from "../support/golden.ts";
import { predictionsOf } from "./files-data.ts";
import type { Outcome } from "./files-page.ts";

const entry = fileURLToPath(new URL("files-page.ts", import.meta.url));

/** Files that Keras wrote, and what each is. */
const golden = [
  "mnist_mlp_trained_adam.keras",
  "batchnorm.keras",
  "autoencoder_nested.h5",
  "keras2_sequential.h5",
];

describeBrowser("a model's file in a page", (browser) => {
  let folder = "";
  let bundle: Bundle = new Map();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "antler-page-files-"));
    const { outputFiles = [] } = await build({ ...bundleSettings(), entryPoints: [entry] });
    bundle = new Map(outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (page: Page): Promise<unknown> => page.evaluate(`import("/entry.js").then((m) => m.run())`);
  async function pick(page: Page, path: string): Promise<Outcome> {
    await page.evaluate("window.outcome = undefined");
    await page.setInputFiles("input", path);
    await page.waitForFunction("window.outcome !== undefined");
    return (await page.evaluate("window.outcome")) as Outcome; // SAFETY: what the page puts there
  }
  async function download(page: Page, name: string): Promise<string> {
    const [offered] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate(`window.saveModel(${JSON.stringify(name)})`),
    ]);
    expect(offered.suggestedFilename()).toBe(name);
    const path = join(folder, `downloaded-${name}`);
    await offered.saveAs(path);
    return path;
  }
  function expectEqual(given: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): void {
    expect(given.length).toBe(wanted.length);
    wanted.forEach((values, i) =>
      expectClose(given[i] ?? [], values, tolerance("float32", "op"), `output ${i}`),
    );
  }

  it("is picked, loaded and run, and saved as a download that Node reads: the same as in Node", async () => {
    setRandomSeed(5);
    const inputs = Input({ shape: [6, 6, 1] });
    const image = layers.Conv2D(4, 3, { activation: "relu" })(inputs);
    const made = Model({
      inputs,
      outputs: layers.Dense(3)(layers.Flatten()(layers.BatchNormalization()(image))),
    });
    made.compile({ optimizer: "adam", loss: "mse" });
    const x = tensor(
      Float32Array.from({ length: 8 * 36 }, (_, i) => Math.cos(i)),
      { shape: [8, 6, 6, 1] },
    );
    await made.fit(x, tensor(new Float32Array(24).fill(1), { shape: [8, 3] }), { epochs: 2, verbose: 0 });
    const path = join(folder, "made.keras");
    await made.save(path);
    const wanted = await predictionsOf(made);

    const { console } = await browser().visit(bundle, {}, async (page) => {
      await open(page);
      const picked = await pick(page, path);
      expect(picked.error).toBeNull();
      expect(picked.name).toBe("made.keras");
      expectEqual(picked.predictions, wanted);

      const copy = await models.loadModel(await download(page, "copy.keras"));
      expectEqual(await predictionsOf(copy), wanted);
      const bits = (model: typeof copy): unknown[] =>
        [...model.weights, ...(model.optimizer?.variables ?? [])].map((v) => v.dataSync());
      expect(bits(copy)).toEqual(bits(await models.loadModel(path)));
      expect(copy.toJson()).toBe((await models.loadModel(path)).toJson());

      const weights = await download(page, "copy.weights.h5");
      const other = models.modelFromJson(copy.toJson());
      await other.loadWeights(weights);
      expectEqual(await predictionsOf(other), wanted);
    });
    expect(console).toEqual([]);
  });

  it("is refused with the reason when it is damaged", async () => {
    const path = join(folder, "cut.keras");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(path, readFileSync(join(folder, "made.keras")).subarray(0, 2000));
    await browser().visit(bundle, {}, async (page) => {
      await open(page);
      expect((await pick(page, path)).error).toMatch(/FormatError: cut\.keras/);
    });
  });

  it.skipIf(!hasGolden).each(golden)("may be Keras's: %s", async (name) => {
    const path = goldenPath(`formats/${name}`);
    const wanted = await predictionsOf(await models.loadModel(path));
    await browser().visit(bundle, {}, async (page) => {
      await open(page);
      const picked = await pick(page, path);
      expect(picked.error).toBeNull();
      expectEqual(picked.predictions, wanted);
      expectEqual(
        await predictionsOf(
          await models.loadModel(await download(page, `copy-${name}`.replace(/\.h5$/, ".keras"))),
        ),
        wanted,
      );
    });
  });
});
