import { describe, expect, it } from "vitest";
import "../../src/at-hand.ts";
import * as initializers from "../../src/initializers/index.ts";
import type { Initializer } from "../../src/initializers/index.ts";
import { computeFans } from "../../src/initializers/variance-scaling-base.ts";
import { get as getInitializer } from "../../src/namespaces/initializers.ts";
import { AntlerError } from "../../src/util/errors.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../support/golden.ts";
import { camelKeys } from "../support/golden-tensors.ts";
import { plainOfKeras, plainOfOurs } from "../support/plain-config.ts";

type Options = Readonly<Record<string, unknown>>;

interface Sample {
  readonly shape: readonly number[];
  readonly value?: GoldenTensor;
  readonly fans?: readonly [number, number];
  readonly mean?: number;
  readonly std?: number;
  readonly min?: number;
  readonly max?: number;
  readonly gram_is_gain2_identity_maxdev?: number;
}

interface Case {
  readonly class: string;
  readonly ctor: Options;
  readonly serialized: unknown;
  readonly samples: readonly Sample[];
}

interface Lookup {
  readonly identifier: unknown;
  readonly class?: string;
  readonly config?: Options;
  readonly error?: unknown;
}

function make(name: string, options: Options): Initializer {
  const cls = Reflect.get(initializers, name) as (options: Options) => Initializer; // SAFETY: a built-in, by its name
  return cls(options);
}

function numbersOf(initializer: Initializer, shape: readonly number[]): number[] {
  return Array.from(initializer(shape).dataSync(), Number);
}

/** Draws differ from Keras's, but come from the same distribution: compared by mean, deviation and bounds. */
function checkStatistics(values: readonly number[], sample: Sample): void {
  const { mean = 0, std = 1, min = -Infinity, max = Infinity } = sample;
  const ours = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - ours) ** 2, 0) / values.length);
  // Both sides are draws: ten standard errors of the mean, and a tenth of the deviation.
  expect(Math.abs(ours - mean)).toBeLessThan((10 * std) / Math.sqrt(values.length));
  expect(Math.abs(deviation / std - 1)).toBeLessThan(0.1);
  const width = max - min;
  const isBounded = width < 5 * std;
  expect(Math.min(...values)).toBeGreaterThan(min - width * (isBounded ? 0.05 : 0.5));
  expect(Math.max(...values)).toBeLessThan(max + width * (isBounded ? 0.05 : 0.5));
}

/** The largest difference between `gain² · identity` and the products of the fewer of rows and columns. */
function orthogonality(values: readonly number[], shape: readonly number[], gain: number): number {
  const columns = shape.at(-1) ?? 1;
  const rows = values.length / columns;
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const at = (i: number, k: number): number =>
    values[rows < columns ? i * columns + k : k * columns + i] ?? Number.NaN;
  let worst = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      let product = 0;
      for (let k = 0; k < length; k++) product += at(i, k) * at(j, k);
      worst = Math.max(worst, Math.abs(product - (i === j ? gain * gain : 0)));
    }
  }
  return worst;
}

describeGolden("initializers", () => {
  const { cases, get } = hasGolden
    ? readGolden<{ cases: readonly Case[]; get: readonly Lookup[] }>("initializers.json")
    : { cases: [], get: [] };

  it.each(cases.map((one) => [one.class, JSON.stringify(one.ctor), one] as const))(
    "%s %s",
    (name, _, one) => {
      const initializer = make(name, camelKeys(one.ctor));
      // Keras leaves the gain of Identity out; a configuration that loses it would make another initializer.
      if (name !== "Identity") expect(plainOfOurs(initializer)).toEqual(plainOfKeras(one.serialized));
      for (const sample of one.samples) {
        const values = numbersOf(initializer, sample.shape);
        expect(numbersOf(initializer, sample.shape)).toEqual(values);
        if (sample.value !== undefined)
          expectClose({ values, shape: sample.shape }, sample.value, tolerance("float32", "op"));
        else checkStatistics(values, sample);
        if (sample.fans !== undefined) {
          const { fanIn, fanOut } = computeFans(sample.shape);
          expect([fanIn, fanOut]).toEqual(sample.fans);
        }
        if (sample.gram_is_gain2_identity_maxdev !== undefined) {
          expect(orthogonality(values, sample.shape, Number(one.ctor["gain"]))).toBeLessThan(1e-5);
        }
      }
    },
  );

  /** `get("constant")` fails in Keras for want of a value, though the class has a default. */
  const known = get.filter(({ identifier }) => !/^constant$/i.test(String(identifier)));
  it.each(known)("get($identifier)", ({ identifier, class: className, config, error }) => {
    const call = (): unknown => plainOfOurs(getInitializer(identifier as string)); // SAFETY: what is no string is to be refused
    if (error === undefined) expect(call()).toEqual({ class: className, config: plainOfKeras(config) });
    else expect(call).toThrow(AntlerError);
  });
});

describe("seeds of initializers", () => {
  it("give the same values for the same seed, and others for another", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => numbersOf(initializers.HeNormal({ seed }), [3, 4]));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it("follow the global seed where none is given", () => {
    const draw = (): number[][] => {
      setGlobalSeed(5);
      return [initializers.GlorotUniform(), initializers.GlorotUniform()].map((one) =>
        numbersOf(one, [4, 4]),
      );
    };
    const [first, second] = draw();
    expect(draw()).toEqual([first, second]);
    expect(first).not.toEqual(second);
    setGlobalSeed(null);
  });

  it("are part of the configuration only where they were given", () => {
    expect(initializers.RandomNormal({ seed: 3 }).getConfig()["seed"]).toBe(3);
    expect(initializers.RandomNormal().getConfig()["seed"]).toBe(null);
  });
});
