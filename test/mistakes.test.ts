import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as antler from "../src/index.ts";

interface Mistake {
  readonly id: string;
  readonly code: string;
  /** False where Keras accepts it. */
  readonly error: boolean;
}

// SAFETY: the fixture's form is that of `Mistake`.
const { mistakes } = JSON.parse(
  readFileSync(new URL("./fixtures/mistakes.json", import.meta.url), "utf8"),
) as {
  readonly mistakes: readonly Mistake[];
};

/** Runs a line of JavaScript with Antler's names in scope. */
async function run(code: string): Promise<void> {
  const names = { ...antler, antler };
  const body = `return (async () => { ${code} })()`;
  await Reflect.construct(Function, [...Object.keys(names), body])(...Object.values(names));
}

describe("typical mistakes", () => {
  for (const { id, code, error } of mistakes) {
    if (error) {
      it(`${id} is an error that says what to do`, async () => {
        let thrown: unknown = null;
        try {
          await run(code);
        } catch (caught) {
          thrown = caught;
        }
        expect(thrown, code).toBeInstanceOf(antler.AntlerError);
        // SAFETY: checked in the line above.
        expect((thrown as antler.AntlerError).message.length).toBeGreaterThan(25);
      });
    } else it(`${id} is accepted, as by Keras`, () => run(code));
  }
});
