import { describe, expect, it } from "vitest";
import { constructFrom } from "./construct.ts";
import "./read-constructors.ts";

/** Keeps what its constructor was given. */
class Kept {
  readonly given: readonly unknown[];

  constructor(...given: readonly unknown[]) {
    this.given = given;
  }
}

class ByPosition extends Kept {
  // A word in a comment: constructor(wrong) {}.
  static readonly text = "constructor(alsoWrong)";

  constructor(units: number, [low, high] = [0, 1], activation: string | null = pick(",", ")"), options = {}) {
    super(units, low, high, activation, options);
  }
}

function pick(..._of: readonly string[]): string {
  return "relu";
}

class ByName extends Kept {
  constructor({ units = 3, ...options }: { units?: number } = {}) {
    super(units, options);
  }
}

class AsObject extends Kept {
  constructor(config: object) {
    super(config);
  }
}

class Inherits extends ByPosition {
  readonly more = { constructor: (wrong: number): number => wrong };
}

class WithoutOptions extends Kept {
  constructor(units /* how many, of course */ : number, rate = 0.5) {
    super(units, rate);
  }
}

/** As built-in classes are, whose sources cannot be read. */
const Proxied = new Proxy(Kept, {});

const given = (
  cls: typeof Kept | (abstract new (...args: never[]) => Kept),
  config: object,
): readonly unknown[] => (constructFrom(cls, { ...config }) as Kept).given; // SAFETY: made of a subclass of Kept

describe("an object from its configuration", () => {
  it("is made argument by argument where the constructor's parameters are named so", () => {
    const config = { name: "a", units: 4, activation: "tanh" };
    expect(given(ByPosition, config)).toEqual([4, 0, 1, "tanh", { name: "a" }]);
    expect(given(WithoutOptions, { units: 4, rate: 0.1, name: "a" })).toEqual([4, 0.1]);
    expect(given(WithoutOptions, { units: 4, name: "a" })).toEqual([4, 0.5]);
  });

  it("is made from one object else", () => {
    expect(given(ByName, { units: 4, name: "a" })).toEqual([4, { name: "a" }]);
    expect(given(AsObject, { units: 4 })).toEqual([{ units: 4 }]);
    expect(given(Kept, { units: 4 })).toEqual([{ units: 4 }]);
    expect(given(ByPosition, { other: 4 })[0]).toEqual({ other: 4 });
    expect(given(Proxied, { units: 4 })).toEqual([{ units: 4 }]);
  });

  it("is made as its parent where it has no constructor", () => {
    expect(given(Inherits, { units: 4, activation: "tanh" })).toEqual([4, 0, 1, "tanh", {}]);
  });
});
