import { expect, it } from "vitest";
import * as activations from "../../src/activations/index.ts";
import * as named from "../../src/namespaces/activations.ts";
import { grad } from "../../src/ops/gradient.ts";
import { multiply } from "../../src/ops/arithmetic.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { sum } from "../../src/ops/reductions.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../support/golden.ts";
import { camelCase } from "../support/keras-api.ts";
import { camelKeys, toTensor } from "../support/golden-tensors.ts";
import { AntlerError } from "../../src/util/errors.ts";

interface Case {
  readonly fn: string;
  readonly canonical: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly grad: GoldenTensor;
}

interface Lookup {
  readonly identifier: unknown;
  readonly resolves_to?: string;
  readonly error?: unknown;
}

type Call = (x: Tensor, options: Readonly<Record<string, unknown>>) => Tensor;

describeGolden("activations", () => {
  const { cases, get } = hasGolden
    ? readGolden<{ cases: readonly Case[]; get: readonly Lookup[] }>("activations.json")
    : { cases: [], get: [] };

  it.each(cases.map((one) => [one.fn, JSON.stringify(one.kwargs), one] as const))("%s %s", (name, _, one) => {
    const f = Reflect.get(activations, camelCase(name)) as Call & { identifier: string }; // SAFETY: a built-in, by its name
    expect(f.identifier).toBe(one.canonical);
    const x = toTensor(one.input);
    const options = camelKeys(one.kwargs);
    const y = f(x, options);
    expect(y.dtype).toBe(one.output.dtype);
    expectClose({ values: y.dataSync(), shape: y.dims }, one.output, tolerance("float32", "op"), "output");
    const cotangent = toTensor(one.cotangent);
    const gradient = grad((input: Tensor) => sum(multiply(f(input, options), cotangent)))(x) as Tensor; // SAFETY: one tensor in, one gradient out
    expectClose(
      { values: gradient.dataSync(), shape: gradient.dims },
      one.grad,
      tolerance("float32", "grad"),
      "gradient",
    );
  });

  it.each(get)("get($identifier)", ({ identifier, resolves_to: name, error }) => {
    const call = (): string | undefined => named.get(identifier as string | null).identifier; // SAFETY: what is neither name nor JSON form is to be refused
    if (error === undefined) expect(call()).toBe(name);
    else expect(call).toThrow(AntlerError);
  });

  it("have their names as JSON form", () => {
    expect(named.serialize(named.hardSilu)).toBe("hard_silu");
    expect(named.deserialize("hard_swish")).toBe(named.hardSilu);
  });
});
