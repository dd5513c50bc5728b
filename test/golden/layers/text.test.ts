import { expect, it } from "vitest";
import * as preprocessing from "../../../src/layers/preprocessing/index.ts";
import { Tensor } from "../../../src/ops/core/tensor.ts";
import { describeGolden, hasGolden, readGolden } from "../../support/golden.ts";
import { camelKeys } from "../../support/golden-tensors.ts";

/** One case of `golden/text_layers.json`: values from Keras's own tests. */
interface TextCase {
  readonly cls: string;
  readonly ctor: Readonly<Record<string, unknown>>;
  readonly adapt?: unknown;
  readonly input?: unknown;
  readonly expected?: unknown;
  readonly expected_vocabulary?: readonly unknown[];
}

/** What these layers have in common. */
interface TokenLayer {
  (inputs: unknown): unknown;
  adapt(data: unknown): void;
  getVocabulary(): readonly unknown[];
  getConfig(): Readonly<Record<string, unknown>>;
}

interface TokenLayerClass {
  (options: unknown): TokenLayer;
  fromConfig(config: unknown): TokenLayer;
}

function cls(one: TextCase): TokenLayerClass {
  return Reflect.get(preprocessing, one.cls) as TokenLayerClass; // SAFETY: the class of a token layer
}

function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  return typeof value === "number" ? Number(value.toFixed(4)) : value;
}

describeGolden("layers that read tokens, as Keras's tests have them", () => {
  const cases = hasGolden ? readGolden<{ cases: readonly TextCase[] }>("text_layers.json").cases : [];
  it.each(cases.map((one, i) => [`${i} ${one.cls} ${JSON.stringify(one.ctor)}`, one] as const))(
    "%s",
    (_, one) => {
      const layer = cls(one)(camelKeys(one.ctor));
      if (one.adapt !== undefined) layer.adapt(one.adapt);
      if (one.expected_vocabulary !== undefined)
        expect(layer.getVocabulary()).toEqual(one.expected_vocabulary);
      if (one.input === undefined) return;
      const output = layer(one.input);
      expect(rounded(output instanceof Tensor ? output.arraySync() : output)).toEqual(rounded(one.expected));
      // A layer of the same configuration does the same.
      const copy: unknown = cls(one).fromConfig(layer.getConfig())(one.input);
      expect(rounded(copy instanceof Tensor ? copy.arraySync() : copy)).toEqual(rounded(one.expected));
    },
  );
});
