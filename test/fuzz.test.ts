import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fuzz, generator, isRefusal, mutate } from "./support/fuzz.ts";
import { fuzzTargets } from "./support/fuzz-targets.ts";

/** Files that were once treated wrongly, `<target>/<name>`; `npm run fuzz` puts new ones there. */
const kept = join(resolve(dirname(fileURLToPath(import.meta.url))), "fixtures/fuzz");

describe.each(fuzzTargets)("damaged $name files", (target) => {
  it("are read the same or refused with a FormatError, soon and in bounded memory", async () => {
    const { failures, refused } = await fuzz(target, 300, 20_260_101);
    expect(failures.map(({ reason, mutation }) => `${mutation}: ${reason}`)).toEqual([]);
    expect(refused).toBeGreaterThan(0);
  });

  it("of the past stay mended", async () => {
    const folder = join(kept, target.name);
    const problems: string[] = [];
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      try {
        await target.read(new Uint8Array(readFileSync(join(folder, name))));
        if (target.accepts === "same") problems.push(`${name} is accepted`);
      } catch (error) {
        if (!isRefusal(error, target)) problems.push(`${name}: ${String(error)}`);
      }
    }
    expect(problems).toEqual([]);
  });
});

describe("the fuzzer", () => {
  it("makes the same files from the same seed, and different ones from each other", () => {
    const seed = Uint8Array.from({ length: 64 }, (_, i) => i);
    const make = (n: number): string => mutate(seed, [seed], generator(n))[0].join();
    expect(make(1)).toBe(make(1));
    expect(new Set([1, 2, 3, 4, 5].map(make)).size).toBe(5);
  });

  it("sees a reader that accepts damage, and one that breaks", async () => {
    const seeds = (): readonly Uint8Array[] => [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)];
    const trusting = await fuzz({ name: "trusting", seeds, read: (bytes) => bytes, accepts: "same" }, 50, 1);
    expect(trusting.failures.length).toBeGreaterThan(10);
    const breaking = await fuzz(
      {
        name: "breaking",
        seeds,
        read: (bytes) => {
          if (bytes[0] !== 1) throw new RangeError("out of bounds");
        },
        accepts: "any",
      },
      200,
      1,
    );
    expect(breaking.failures[0]?.reason).toMatch(/internal error: RangeError/);
  });
});
