import { describe, expect, it } from "vitest";
import { OptionError } from "../util/errors.ts";
import { Config } from "./config.ts";

describe("Config", () => {
  it("holds values as members, by name and by methods", () => {
    const config = Config({ rate: 0.1, name: "a" });
    config["momentum"] = 0.9;
    config.set("seed", 1);
    expect([config.rate, config["name"], config.get("momentum"), config["seed"]]).toEqual([0.1, "a", 0.9, 1]);
    config.rate = 0.2;
    config.update({ name: "b" });
    expect(config.asDict()).toEqual({ rate: 0.2, name: "b", momentum: 0.9, seed: 1 });
    expect({ ...config }).toEqual(config.asDict());
    expect(config.items()).toEqual(Object.entries(config.asDict()));
    expect([config.keys(), config.values()]).toEqual([
      ["rate", "name", "momentum", "seed"],
      [0.2, "b", 0.9, 1],
    ]);
    expect([...config]).toEqual(["momentum", "name", "rate", "seed"]);
    expect(config.size).toBe(4);
    expect(["rate" in config, "freeze" in config, config.has("other")]).toEqual([true, false, false]);
    expect(config).toBeInstanceOf(Config);
    expect(new Config({ a: 1 }).a).toBe(1);
  });

  it("takes values away", () => {
    const config = Config({ a: 1, b: 2 });
    expect(config.pop("a")).toBe(1);
    expect(config.pop("a", 7)).toBe(7);
    delete (config as Record<string, unknown>)["b"];
    expect(config.asDict()).toEqual({});
    expect(() => config.pop("a")).toThrow(OptionError);
  });

  it("is written as JSON", async () => {
    const config = Config({ rate: 0.1, sizes: [1, 2], on: true, none: null });
    expect(config.toJson()).toBe('{"rate": 0.1, "sizes": [1, 2], "on": true, "none": null}');
    expect(JSON.parse(JSON.stringify({ config }))).toEqual({ config: config.asDict() });
    expect(String(config)).toContain("rate");
    expect(await Promise.resolve(config)).toBeInstanceOf(Config);
  });

  it("does not change once it is frozen", () => {
    const config: Config = Config({ a: 1 });
    expect(config.frozen).toBe(false);
    config.freeze();
    expect(config.frozen).toBe(true);
    for (const change of [
      () => (config["a"] = 2),
      () => config.set("b", 2),
      () => config.update({ b: 2 }),
      () => config.pop("a"),
      () => delete config["a"],
    ])
      expect(change).toThrow(/frozen/);
    expect(config.asDict()).toEqual({ a: 1 });
    config.unfreeze();
    config["a"] = 2;
    expect(config["a"]).toBe(2);
  });

  it("refuses names that it does not have, and those of its own members", () => {
    const config: Config = Config({ learningRate: 1 });
    expect(() => config["learning_rate"]).toThrow(/Did you mean "learningRate"/);
    expect(config.get("other")).toBe(null);
    expect(config.get("other", 3)).toBe(3);
    expect(() => (config["freeze"] = 1 as never)).toThrow(/every config has/);
    expect(() => Config({ keys: 1 })).toThrow(/every config has/);
    expect(() => Object.defineProperty(config, "x", { value: 1 })).toThrow(TypeError);
    // @ts-expect-error no object of values
    expect(() => Config(3)).toThrow(OptionError);
  });
});
