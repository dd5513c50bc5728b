import { afterEach, describe, expect, it } from "vitest";
import { setFloatx } from "../ir/floatx.ts";
import { setEpsilon } from "../util/epsilon.ts";
import { setImageDataFormat } from "../util/image-data-format.ts";
import { OptionError } from "../util/errors.ts";
import { makeTensor } from "./core/convert.ts";
import * as ops from "./index.ts";

describe("ops follow the settings, also when they were called before", () => {
  afterEach(() => {
    setFloatx("float32");
    setEpsilon(1e-7);
    setImageDataFormat("channels_last");
  });

  it("makes new tensors of the default float dtype", () => {
    expect(ops.zeros([2]).dtype).toBe("float32");
    setFloatx("float64");
    expect(
      [ops.zeros([2]), ops.arange(0.5), ops.convertToTensor([1]), makeTensor([1])].map(({ dtype }) => dtype),
    ).toEqual(new Array(4).fill("float64"));
    expect(() => setFloatx("int32")).toThrow(OptionError);
  });

  it("looks for channels where images have them", () => {
    const x = ops.reshape(ops.arange(8), [1, 2, 2, 2]);
    expect(ops.maxPool(x, 2).arraySync()).toEqual([[[[6, 7]]]]);
    setImageDataFormat("channels_first");
    expect(ops.maxPool(x, 2).arraySync()).toEqual([[[[3]], [[7]]]]);
  });

  it("keeps probabilities as far from 0 as it is told", () => {
    const loss = (): number => ops.binaryCrossentropy([1], [0]).arraySync() as unknown as number; // SAFETY: compared as numbers
    expect(Number(loss())).toBeCloseTo(-Math.log(1e-7), 3);
    setEpsilon(1e-3);
    expect(Number(loss())).toBeCloseTo(-Math.log(1e-3), 3);
  });
});
