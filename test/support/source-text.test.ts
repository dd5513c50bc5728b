import { describe, expect, it } from "vitest";
import { assertionLines, declaredNames, importsOf, maskSource } from "./source-text.ts";

describe("maskSource", () => {
  it("blanks comments, strings, templates and regular expressions, and keeps offsets", () => {
    const source =
      'const a = "window.x"; // window.y\n/* process.z */ const b = /"win/.test(`self. ${document.title} "`);';
    const masked = maskSource(source);
    expect(masked).toHaveLength(source.length);
    expect(masked).not.toMatch(/window|process|self|win/);
    expect(masked).toContain("document.title");
    expect(masked.split("\n")).toHaveLength(2);
  });

  it("tells a division from a regular expression", () => {
    expect(maskSource("const x = (a + b) / c; const y = d / e;")).toBe(
      "const x = (a + b) / c; const y = d / e;",
    );
  });

  it("follows nested templates", () => {
    expect(maskSource("`a ${f({ b: `c ${d}` })} e`; g")).toMatch(/f\(\{ b: .*\$\{d\}.*\}\).*; g$/);
  });
});

describe("importsOf", () => {
  it("finds values, types and dynamic imports", () => {
    const source = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'import { type C, type D } from "./c.ts";',
      'import { e, type F } from "./e.ts";',
      'export * from "./g.ts";',
      "export {",
      "  h,",
      '} from "./h.ts";',
      'const i = await import("./i.ts");',
      'type J = typeof import("./j.ts");',
      '// import { k } from "./k.ts";',
      'const l = `import "./l.ts"`;',
    ].join("\n");
    expect(importsOf(source).map(({ specifier, kind, line }) => `${line} ${kind} ${specifier}`)).toEqual([
      "1 value ./a.ts",
      "2 type ./b.ts",
      "3 type ./c.ts",
      "4 value ./e.ts",
      "5 value ./g.ts",
      "6 value ./h.ts",
      "9 dynamic ./i.ts",
      "10 type ./j.ts",
    ]);
  });
});

describe("assertionLines", () => {
  it("finds assertions, and nothing else that is spelled `as`", () => {
    const source = [
      'import { a as b } from "./a.ts";',
      "const c = d as string;",
      "const e = [1, 2] as const;",
      "type F<T> = { [K in keyof T as `on${K}`]: T[K] };",
      "const g = (h as unknown as I).j;",
      "export { k as l };",
      "export {",
      "  m as n,",
      "};",
      "f(o as { p: number });",
    ].join("\n");
    expect(assertionLines(maskSource(source))).toEqual([2, 5, 10]);
  });
});

describe("declaredNames", () => {
  it("finds locals, parameters and imports", () => {
    const names = declaredNames(
      'import { self } from "./x.ts"; const f = (document: Node, process) => process.x;',
    );
    expect([...names]).toEqual(expect.arrayContaining(["self", "document", "process"]));
    expect(names.has("window")).toBe(false);
  });
});
