import { beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../support/built.ts";
import { measurePage, type PageSize } from "../../scripts/support/page-size.ts";

describe("what a page pays for Input, Dense, Model, fit and predict", () => {
  let page: PageSize;
  beforeAll(async () => {
    await ensureBuilt();
    page = await measurePage();
  });

  it("is under 120 kB gzipped", () => {
    expect(page.gzipBytes).toBeLessThan(120_000);
    expect(page.gzipBytes).toBeGreaterThan(5_000);
  });

  // Two files weigh some 3 kB more than one. Bundlers split a page where parts that load later reach different sets of its
  // modules: Rolldown keeps one file while no three such sets depend on each other in a row (ADR 17).
  it("is one file", () => {
    expect(page.initial.map(({ name }) => name)).toHaveLength(1);
  });

  it("has no meanings of primitives, which are for the reference backend", () => {
    expect(page.initial.map(({ contents }) => contents).join("")).not.toMatch(/has no meaning/);
  });

  it("has no code for HDF5, zip, Graphviz or PNG in it", () => {
    const initial = page.inputs.map(({ path }) => path);
    expect(initial.filter((path) => /node_modules/.test(path))).toEqual([]);
    expect(
      initial.filter((path) => /dist\/codec\/(?:hdf5|zip)|dist\/viz\/.*(?:dot|png|graphviz)/.test(path)),
    ).toEqual([]);
  });

  it("has the common methods of tensors, and not all ops for those of the others", () => {
    const initial = page.inputs.map(({ path }) => path);
    expect(initial).toContain("dist/ops/common-methods.js");
    expect(initial).not.toContain("dist/ops/methods.js");
  });

  it("leaves what is at hand for programs that are not bundled", () => {
    expect(page.inputs.map(({ path }) => path)).not.toContain("dist/at-hand.js");
  });

  it("leaves threads for when a program is large enough for them, and batches from iterables for when there are some", () => {
    const initial = page.inputs.map(({ path }) => path);
    for (const path of ["dist/backend/wasm/threads/pool.js", "dist/training/data/iterable-source.js"]) {
      expect(initial).not.toContain(path);
      expect(page.deferredInputs).toContain(path);
    }
  });

  it("leaves rare losses, metrics and optimizers for when they are named", () => {
    const initial = page.inputs.map(({ path }) => path);
    for (const path of [
      "dist/metrics/auc.js",
      "dist/losses/circle.js",
      "dist/ops/ctc.js",
      "dist/optimizers/ftrl.js",
    ]) {
      expect(initial).not.toContain(path);
      expect(page.deferredInputs).toContain(path);
    }
  });

  it("finds what saving needs where it is loaded on use", () => {
    expect(page.deferredInputs.some((path) => path.includes("node_modules/fflate/"))).toBe(true);
    expect(page.deferredInputs).toContain("dist/codec/hdf5/write.js");
  });
});
