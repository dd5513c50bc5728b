import { expect, it } from "vitest";
import "../../src/at-hand.ts";
import * as constraints from "../../src/constraints/index.ts";
import { grad } from "../../src/ops/gradient.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import * as regularizers from "../../src/regularizers/index.ts";
import { AntlerError } from "../../src/util/errors.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../support/golden.ts";
import { camelKeys, toTensor } from "../support/golden-tensors.ts";
import { plainOfKeras, plainOfOurs } from "../support/plain-config.ts";

type Options = Readonly<Record<string, unknown>>;

interface Case {
  readonly class: string;
  readonly ctor: Options;
  readonly serialized: unknown;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
  readonly grad?: GoldenTensor;
}

interface Lookup {
  readonly identifier: string;
  readonly class?: string;
  readonly config?: Options;
  readonly error?: unknown;
}

type Make = (options: Options) => (x: Tensor) => Tensor;

for (const [family, members] of Object.entries({ regularizers, constraints })) {
  describeGolden(family, () => {
    const { cases, get } = hasGolden
      ? readGolden<{ cases: readonly Case[]; get: readonly Lookup[] }>(`${family}.json`)
      : { cases: [], get: [] };

    it.each(cases.map((one) => [one.class, JSON.stringify(one.ctor), one] as const))(
      "%s %s",
      (name, _, one) => {
        const make = Reflect.get(members, name) as Make; // SAFETY: a built-in, by its name
        const f = make(camelKeys(one.ctor));
        expect(plainOfOurs(f)).toEqual(plainOfKeras(one.serialized));
        const x = toTensor(one.input);
        const y = f(x);
        expectClose(
          { values: y.dataSync(), shape: y.dims },
          one.output,
          tolerance("float32", "op"),
          "output",
        );
        if (one.grad === undefined) return;
        const gradient = grad(f)(x) as Tensor; // SAFETY: one tensor in, one gradient out
        expectClose(
          { values: gradient.dataSync(), shape: gradient.dims },
          one.grad,
          tolerance("float32", "grad"),
          "gradient",
        );
      },
    );

    it.each(get)("get($identifier)", ({ identifier, class: className, config, error }) => {
      if (error !== undefined) expect(() => members.get(identifier)).toThrow(AntlerError);
      else
        expect(plainOfOurs(members.get(identifier))).toEqual({
          class: className,
          config: plainOfKeras(config),
        });
    });
  });
}
