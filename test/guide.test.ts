import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../scripts/support/command.ts";
import { renderGuide } from "../scripts/support/guide.ts";

it("the functional API guide shows the examples as they are", () => {
  expect(readFileSync(join(projectRoot, "docs/guides/functional-api.md"), "utf8")).toBe(renderGuide());
});
