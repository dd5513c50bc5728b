import { describe, expect, it } from "vitest";
import { extractSnippets } from "./snippets.ts";

describe("extractSnippets", () => {
  it("takes blocks as programs, joins and skips where marked", () => {
    const text = [
      "# Title",
      "```ts",
      "const a = 1;",
      "```",
      "```sh",
      "npm install antler",
      "```",
      "<!-- continues -->",
      "```ts",
      "const b = a;",
      "```",
      "<!-- node only: writes a file -->",
      "",
      "```ts",
      "c;",
      "```",
      "<!-- skip: needs the network -->",
      "```ts",
      "d;",
      "```",
    ].join("\n");
    expect(extractSnippets(text)).toEqual([
      { line: 2, code: "const a = 1;\nconst b = a;\n" },
      { line: 14, code: "c;\n", nodeOnly: "writes a file" },
      { line: 18, code: "d;\n", skip: "needs the network" },
    ]);
  });

  it("wants reasons", () => {
    expect(() => extractSnippets("<!-- skip -->\n```ts\nx;\n```")).toThrow(/needs a reason/);
    expect(() => extractSnippets("<!-- continues -->\n```ts\nx;\n```")).toThrow(/no block/);
  });
});
