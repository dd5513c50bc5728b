/** A program made of one or more code blocks of a Markdown file. */
export interface Snippet {
  /** Line of its first block. */
  readonly line: number;
  readonly code: string;
  /** Why it is not run at all, or not in a page. */
  readonly skip?: string;
  readonly nodeOnly?: string;
}

/**
 * The ```ts blocks of a Markdown text, each a program of its own. An HTML comment on the line before a block changes
 * that: `<!-- continues -->` joins it to the program before, `<!-- node only: reason -->` keeps it out of the browser,
 * `<!-- skip: reason -->` leaves it unrun (its types are still checked). A mark without a reason is an error.
 */
export function extractSnippets(markdown: string): readonly Snippet[] {
  const snippets: { line: number; code: string; skip?: string; nodeOnly?: string }[] = [];
  for (const match of markdown.matchAll(/(?:^<!--(.*?)-->[ \t]*\n\s*)?^```ts\n([\s\S]*?)^```/gm)) {
    const mark = match[1]?.trim() ?? "";
    const code = match[2] ?? "";
    const fence = match[0].indexOf("```ts");
    const line = markdown.slice(0, match.index + fence).split("\n").length;
    const before = snippets.at(-1);
    if (mark === "continues") {
      if (before === undefined) throw new Error(`line ${line}: there is no block to continue`);
      before.code += code;
      continue;
    }
    const [, word, reason] = /^(skip|node only)\s*(?::\s*(.*))?$/.exec(mark) ?? [];
    if (word !== undefined && !reason) throw new Error(`line ${line}: "${word}" needs a reason`);
    snippets.push({
      line,
      code,
      ...(word === "skip" && reason ? { skip: reason } : {}),
      ...(word === "node only" && reason ? { nodeOnly: reason } : {}),
    });
  }
  return snippets;
}
