import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { describeGolden, goldenFiles, readGoldenBytes } from "../../../test/support/golden.ts";
import { FormatError } from "../../util/errors.ts";
import { readHdf5, walkNodes } from "./index.ts";

/** A small generator, so that a failure can be repeated by its seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Changes a few bytes: to random ones, by a bit, to a copy from elsewhere, to all ones; sometimes cuts the end off. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const out = bytes.slice();
  const below = (count: number): number => Math.floor(random() * count);
  const reach = random() < 0.5 ? 4000 : out.length;
  for (let i = below(12); i >= 0; i--) {
    const at = below(Math.min(reach, out.length - 8));
    const kind = below(4);
    if (kind === 0) out[at] = below(256);
    else if (kind === 1) out[at] = (out[at] ?? 0) ^ (1 << below(8));
    else if (kind === 2) out.copyWithin(at, below(out.length - 8), out.length - 8);
    else out.fill(255, at, at + 8);
  }
  return random() < 0.1 ? out.slice(0, below(out.length)) : out;
}

describeGolden("mutated hdf5 files", () => {
  test("give a FormatError or a tree, soon", async () => {
    const files = goldenFiles("formats/extra", ".h5").map((name) => readGoldenBytes(`formats/extra/${name}`));
    const random = generator(20);
    let refused = 0;
    let slowest = 0;
    for (let i = 0; i < 600; i++) {
      const bytes = mutate(files[i % files.length] ?? new Uint8Array(16), random);
      const start = performance.now();
      try {
        for (const node of walkNodes(await readHdf5(bytes, "mutated.h5")))
          if (node.kind === "dataset") node.read();
      } catch (error) {
        expect(error, `mutation ${i}`).toBeInstanceOf(FormatError);
        refused++;
      }
      slowest = Math.max(slowest, performance.now() - start);
    }
    expect(refused).toBeGreaterThan(100);
    expect(slowest).toBeLessThan(1000);
  });

  // Once took ten seconds: a shuffle filter for elements of four billion bytes.
  test("absurd parameters of a filter are refused at once", async () => {
    const bytes = readGoldenBytes("formats/extra/gzip_chunked.weights.h5");
    const name = new TextEncoder().encode("shuffle\0");
    let found = 0;
    for (let at = 0; at + 16 < bytes.length; at++) {
      if (!name.every((byte, i) => bytes[at + i] === byte)) continue;
      bytes.fill(254, at + 8, at + 12);
      found++;
    }
    expect(found).toBeGreaterThan(0);
    const start = performance.now();
    const root = await readHdf5(bytes, "shuffle.h5");
    for (const node of walkNodes(root))
      if (node.kind === "dataset")
        expect(() => node.read()).toThrow(/shuffled as elements of 4278124286 bytes/);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
