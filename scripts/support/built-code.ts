import { parseAst } from "vite";

/** A node of the syntax tree, as far as it is read here (ESTree). */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** Visits a node and what is in it; `enter` says whether to go inside. */
function walk(value: unknown, enter: (node: SyntaxNode) => boolean): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, enter);
    return;
  }
  if (!isNode(value) || !enter(value)) return;
  for (const child of Object.values(value)) if (typeof child === "object") walk(child, enter);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function apply(code: string, edits: readonly Edit[]): string {
  let out = code;
  for (const { start, end, text } of edits.toSorted((a, b) => b.start - a.start || b.end - a.end)) {
    out = out.slice(0, start) + text + out.slice(end);
  }
  return out;
}

/** What runs when it is called: nothing in it happens while the module loads. */
function isDeferred({ type }: SyntaxNode): boolean {
  return /Function/.test(type) || type === "MethodDefinition";
}

/** The expression that a declared constant or a static field begins with. */
function initialValue(node: SyntaxNode): SyntaxNode | null {
  const value =
    node.type === "VariableDeclarator" && "init" in node
      ? node.init
      : node.type === "PropertyDefinition" && "value" in node
        ? node.value
        : null;
  return isNode(value) ? value : null;
}

/** Bundlers take `...x` for something that might have an effect, and keep what it is part of. */
function spreads(value: SyntaxNode): boolean {
  let found = false;
  walk(value, (node) => {
    if (isDeferred(node)) return false;
    found ||= node.type === "SpreadElement";
    return !found;
  });
  return found;
}

/**
 * Marks what only makes a module's constants as free of effects, so that bundlers leave out what nobody uses.
 *
 * Importing a file has no effect in this project (`test/architecture.test.ts`), so this is true of all of it, but for
 * statements that are calls: those are the effects of the few files that have one.
 */
export function markPure(code: string): string {
  const starts = new Set<number>();
  const wrapped: Edit[] = [];
  walk(parseAst(code), (node) => {
    if (isDeferred(node) || node.type === "ExpressionStatement") return false;
    if (node.type === "CallExpression" || node.type === "NewExpression") starts.add(node.start);
    const value = initialValue(node);
    if (value !== null && spreads(value)) {
      wrapped.push({ start: value.start, end: value.start, text: "/* @__PURE__ */ (() => (" });
      wrapped.push({ start: value.end, end: value.end, text: "))()" });
    }
    return true;
  });
  const marks = [...starts].map((start) => ({ start, end: start, text: "/* @__PURE__ */ " }));
  return apply(code, [...marks, ...wrapped]);
}

/** Takes out the samples of primitives: inputs for the project's own tests, which nobody else asks for. */
export function dropSamples(code: string): string {
  const cuts: Edit[] = [];
  walk(parseAst(code), (node) => {
    if (node.type !== "Property" || !("key" in node) || !isNode(node.key)) return true;
    if (!("name" in node.key) || node.key.name !== "samples") return true;
    const comma = /^\s*,/.exec(code.slice(node.end))?.[0].length ?? 0;
    cuts.push({ start: node.start, end: node.end + comma, text: "" });
    return false;
  });
  return apply(code, cuts);
}

/** tsc rewrites the import extensions of the JavaScript, not those of the declarations. */
export function importJavaScript(declarations: string): string {
  return declarations.replaceAll(/((?:from|import)\s*\(?\s*"\.{1,2}\/[^"]*)\.ts"/g, '$1.js"');
}
