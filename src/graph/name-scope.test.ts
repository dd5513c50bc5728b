import { describe, expect, it } from "vitest";
import { Dense } from "../layers/core/dense.ts";
import { OptionError } from "../util/errors.ts";
import { nameScope } from "./name-scope.ts";
import { Variable } from "./variable.ts";

const pathIn = (...scopes: readonly string[]): string => {
  const [first, ...rest] = scopes;
  return first === undefined ? Variable(0, { name: "step" }).path : nameScope(first, () => pathIn(...rest));
};

describe("nameScope", () => {
  it("begins the paths of variables", () => {
    expect(pathIn("encoder", "block")).toBe("encoder/block/step");
    expect(pathIn()).toBe("step");
  });

  it("begins the paths of weights of layers that are built in it", () => {
    const layer = Dense(2, { name: "head" });
    nameScope("decoder", () => layer([[1, 2]]));
    expect(layer.weights.map(({ path }) => path)).toEqual(["decoder/head/kernel", "decoder/head/bias"]);
  });

  it("ends when the function throws", () => {
    expect(() =>
      nameScope("encoder", () => {
        throw new RangeError("stop");
      }),
    ).toThrow(RangeError);
    expect(pathIn()).toBe("step");
  });

  it("stays in the scope that the same caller has just opened", () => {
    const [caller, other] = [{}, {}];
    const inner = (options: object): string => nameScope("a", () => pathIn(), options);
    const paths = nameScope("a", () => [inner({ caller }), inner({ caller: other }), inner({})], { caller });
    expect(paths).toEqual(["a/step", "a/a/step", "a/a/step"]);
    expect(nameScope("a", () => inner({ caller, deduplicate: false }), { caller })).toBe("a/a/step");
    expect(nameScope("a", () => nameScope("b", () => inner({ caller })), { caller })).toBe("a/b/a/step");
    expect(nameScope("a", () => nameScope("b", () => pathIn(), { caller }), { caller })).toBe("a/b/step");
  });

  it("stands under another parent where it is told one", () => {
    const paths = nameScope("outer", () => [
      nameScope("leaf", () => pathIn("own"), { overrideParent: "model/encoder" }),
      nameScope("leaf", () => pathIn(), { overrideParent: "" }),
      pathIn(),
    ]);
    expect(paths).toEqual(["model/encoder/leaf/own/step", "leaf/step", "outer/step"]);
  });

  it("refuses names that are paths, and unknown options", () => {
    expect(() => nameScope("a/b", () => 0)).toThrow(OptionError);
    // @ts-expect-error a number is no name
    expect(() => nameScope(3, () => 0)).toThrow(/without "\/", received 3/);
    // @ts-expect-error an unknown option
    expect(() => nameScope("a", () => 0, { overideParent: "b" })).toThrow(/overrideParent/);
  });
});
