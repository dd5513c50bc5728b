import { beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../support/built.ts";
import { measurePage, type PageSize } from "../../scripts/support/page-size.ts";

describe("what a page pays for Input, Dense, Model, fit and predict", () => {
  let page: PageSize;
  beforeAll(async () => {
    await ensureBuilt();
    page = await measurePage();
  }, 120_000);

  // The aim is 120 kB. What is left above it: every metric, loss and optimizer, since strings select them by name when a
  // model is compiled, and the meanings of primitives in double precision, which only the reference backend asks for.
  it("is under 145 kB gzipped", () => {
    expect(page.gzipBytes).toBeLessThan(145_000);
    expect(page.gzipBytes).toBeGreaterThan(5_000);
  });

  it("has no code for HDF5, zip, Graphviz or PNG in it", () => {
    const initial = page.inputs.map(({ path }) => path);
    expect(initial.filter((path) => /node_modules/.test(path))).toEqual([]);
    expect(
      initial.filter((path) => /dist\/codec\/(?:hdf5|zip)|dist\/viz\/.*(?:dot|png|graphviz)/.test(path)),
    ).toEqual([]);
  });

  it("finds what saving needs where it is loaded on use", () => {
    expect(page.deferredInputs.some((path) => path.includes("node_modules/fflate/"))).toBe(true);
    expect(page.deferredInputs).toContain("dist/codec/hdf5/write.js");
  });
});
