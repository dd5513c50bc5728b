import { describe, expect, it } from "vitest";
import * as p from "./primitives/index.ts";
import { type Program, ProgramBuilder, Var, withBuilder } from "./program.ts";
import { verify } from "./verify.ts";

const aval = { shape: [2], dtype: "float32" } as const;

function program(): { program: Program; builder: ProgramBuilder } {
  const builder = new ProgramBuilder();
  const state = builder.stateInput(aval);
  const x = builder.input(aval);
  const [y, z] = withBuilder(builder, () => [p.add(x, state), p.mul(p.add(x, state), x)]);
  return { builder, program: builder.finish(z ? [z] : [], [y ?? null]) };
}

describe("verify", () => {
  it("accepts what a trace makes", () => verify(program().program));

  it("finds a use before the definition", () => {
    const { program: whole } = program();
    expect(() => verify({ ...whole, equations: whole.equations.toReversed() })).toThrow(
      /equation 0 \(mul\) uses value \d+ \(\[2\] float32\)/,
    );
  });

  it("finds an output of another program", () => {
    const { program: whole, builder } = program();
    expect(() => verify({ ...whole, outputs: [new Var(aval, builder)] })).toThrow(/output 0 uses/);
  });

  it("finds results that are not what infer states", () => {
    const { program: whole, builder } = program();
    const [first, ...rest] = whole.equations;
    const wrong = first && { ...first, outputs: [new Var({ shape: [3], dtype: "float32" }, builder)] };
    expect(() => verify({ ...whole, equations: wrong ? [wrong, ...rest] : [] })).toThrow(
      /gives \(\[2\] float32\), but is recorded with \(\[3\] float32\)/,
    );
  });

  it("finds a value that is defined twice, and an update of another shape", () => {
    const { program: whole, builder } = program();
    expect(() => verify({ ...whole, equations: [...whole.equations, ...whole.equations] })).toThrow(
      /a second time/,
    );
    const other = builder.input({ shape: [5], dtype: "float32" });
    expect(() => verify({ ...whole, inputs: [...whole.inputs, other], updates: [other] })).toThrow(
      /update 0 is \[5\] float32, its state is \[2\]/,
    );
    expect(() => verify({ ...whole, updates: [] })).toThrow(/1 state values have 0 updates/);
  });

  it("looks into the bodies of control flow", () => {
    const builder = new ProgramBuilder();
    const x = builder.input(aval);
    const { carry } = withBuilder(builder, () =>
      p.scan(([c]) => ({ carry: [p.mul(p.neg(c), x)], ys: [] }), [x], [], { length: 3 }),
    );
    const whole = builder.finish(carry);
    verify(whole);
    const [scan] = whole.equations;
    const body = scan?.params["body"] as Program; // SAFETY: the parameters of the primitive `scan`
    const broken = scan && {
      ...scan,
      params: { ...scan.params, body: { ...body, equations: body.equations.toReversed() } },
    };
    expect(() => verify({ ...whole, equations: broken ? [broken] : [] })).toThrow(
      /equation 0 \(scan\), body: equation 0 \(mul\)/,
    );
  });
});
