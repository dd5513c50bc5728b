import { beforeAll, describe, expect, it } from "vitest";
import { measurePage, type PageSize } from "../../scripts/support/page-size.ts";

describe("what a page pays for Input, Dense, Model, fit and predict", () => {
  let page: PageSize;
  beforeAll(async () => {
    page = await measurePage();
  });

  it("is under 120 kB gzipped", () => {
    expect(page.gzipBytes).toBeLessThan(120_000);
    expect(page.gzipBytes).toBeGreaterThan(5_000);
  });

  it("has no code for HDF5, zip, Graphviz or PNG in it", () => {
    const initial = page.inputs.map(({ path }) => path);
    expect(initial.filter((path) => /node_modules/.test(path))).toEqual([]);
    expect(
      initial.filter((path) => /src\/codec\/(?:hdf5|zip)|src\/viz\/.*(?:dot|png|graphviz)/.test(path)),
    ).toEqual([]);
  });

  it("finds these libraries where they are loaded on use", () => {
    for (const name of ["fflate", "@viz-js/viz"]) {
      expect(
        page.deferredInputs.some((path) => path.includes(`node_modules/${name}/`)),
        name,
      ).toBe(true);
    }
  });
});
