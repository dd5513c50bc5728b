/**
 * Source text with the contents of comments, strings, templates and regular expressions replaced by spaces, so that
 * what is left can be searched as code. Line breaks and offsets are kept; code inside `${…}` stays.
 *
 * Options keep comments or strings where a rule reads them.
 */
export function maskSource(source: string, keep: { readonly strings?: boolean } = {}): string {
  const out = source.split("");
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (out[i] !== "\n") out[i] = " ";
  };
  // One entry per open `${`: the depth of braces inside it.
  const templates: number[] = [];
  let previous = "";
  let i = 0;

  const template = (from: number): void => {
    let j = from;
    while (j < source.length && source[j] !== "`") {
      if (source[j] === "\\") j++;
      else if (source.startsWith("${", j)) {
        if (keep.strings !== true) blank(from, j);
        templates.push(0);
        i = j + 2;
        previous = "{";
        return;
      }
      j++;
    }
    if (keep.strings !== true) blank(from, Math.min(j, source.length));
    i = j + 1;
    previous = "`";
  };

  while (i < source.length) {
    const c = source.charAt(i);
    if (source.startsWith("//", i)) {
      const end = source.indexOf("\n", i);
      blank(i, end === -1 ? source.length : end);
      i = end === -1 ? source.length : end;
    } else if (source.startsWith("/*", i)) {
      const end = source.indexOf("*/", i + 2);
      blank(i, end === -1 ? source.length : end + 2);
      i = end === -1 ? source.length : end + 2;
    } else if (c === '"' || c === "'") {
      const end = endOfString(source, i, c);
      if (keep.strings !== true) blank(i + 1, end);
      i = end + 1;
      previous = c;
    } else if (c === "`") {
      template(i + 1);
    } else if (c === "/" && startsRegex(previous, source, i)) {
      const end = endOfRegex(source, i);
      blank(i + 1, end);
      i = end + 1;
      previous = "/";
    } else {
      const depth = templates.at(-1);
      if (depth !== undefined && c === "{") templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && c === "}") {
        if (depth === 0) {
          templates.pop();
          template(i + 1);
          continue;
        }
        templates[templates.length - 1] = depth - 1;
      }
      if (!/\s/.test(c)) previous = c;
      i++;
    }
  }
  return out.join("");
}

function endOfString(source: string, start: number, quote: string): number {
  let i = start + 1;
  while (i < source.length && source[i] !== quote && source[i] !== "\n") i += source[i] === "\\" ? 2 : 1;
  return i;
}

/** A slash begins a regular expression where a value cannot have ended just before. */
function startsRegex(previous: string, source: string, at: number): boolean {
  if (previous === "" || "(,=:[!&|?{};+-*%<>~^".includes(previous)) return true;
  return /\b(?:return|typeof|case|in|of)\s*$/.test(source.slice(Math.max(0, at - 12), at));
}

function endOfRegex(source: string, start: number): number {
  let inClass = false;
  for (let i = start + 1; i < source.length; i++) {
    const c = source[i];
    if (c === "\\") i++;
    else if (c === "[") inClass = true;
    else if (c === "]") inClass = false;
    else if ((c === "/" && !inClass) || c === "\n") return i;
  }
  return source.length;
}

/** One `import`, `export … from` or `import()` of a source file. */
export interface ModuleImport {
  readonly specifier: string;
  /** `type` imports vanish in the built code; `dynamic` ones load when the call runs. */
  readonly kind: "value" | "type" | "dynamic";
  readonly line: number;
}

/** The imports of a TypeScript file. */
export function importsOf(source: string): readonly ModuleImport[] {
  const code = maskSource(source, { strings: true });
  const lineOf = (offset: number): number => code.slice(0, offset).split("\n").length;
  const found: ModuleImport[] = [];
  for (const match of code.matchAll(/^(?:import|export)\s+([^"';]*?\s+from\s+)?["']([^"']+)["']/gm)) {
    const clause = match[1] ?? "";
    const names = /\{([^}]*)\}/.exec(clause)?.[1];
    const allNamesAreTypes =
      names !== undefined &&
      /^\s*\{/.test(clause) &&
      names
        .split(",")
        .filter((name) => name.trim() !== "")
        .every((name) => /^\s*type\s/.test(name));
    const isType = /^type\s/.test(clause) || allNamesAreTypes;
    found.push({ specifier: match[2] ?? "", kind: isType ? "type" : "value", line: lineOf(match.index) });
  }
  for (const match of code.matchAll(/\bimport\s*\(\s*["']([^"']+)["']\s*\)/g)) {
    // `typeof import("…")` and `import("…").Name` in a type are indistinguishable by text from the call; `await` or
    // `=>` or `return` before it marks the call.
    const before = code.slice(Math.max(0, match.index - 24), match.index);
    const isCall = /(?:\bawait|=>|\breturn|[=(,[?:]|\?\?)\s*$/.test(before) && !/\btypeof\s*$/.test(before);
    found.push({ specifier: match[1] ?? "", kind: isCall ? "dynamic" : "type", line: lineOf(match.index) });
  }
  return found;
}

/** Names a file declares itself: parameters and locals called `document` or `self` are not the page's. */
export function declaredNames(code: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const match of code.matchAll(/\b(?:const|let|function|class|import|type)\s+([A-Za-z_$][\w$]*)/g))
    names.add(match[1] ?? "");
  for (const match of code.matchAll(/([A-Za-z_$][\w$]*)\s*\??:\s/g)) names.add(match[1] ?? "");
  for (const match of code.matchAll(/(?:const|let|import)\s*\{([^}]*)\}/g)) {
    for (const name of (match[1] ?? "").split(",")) names.add(name.replace(/.*(?: as |:)/, "").trim());
  }
  for (const match of code.matchAll(/\(?([\w$, ]+)\)?\s*=>/g)) {
    for (const name of (match[1] ?? "").split(",")) names.add(name.trim());
  }
  return names;
}

/** Lines with a type assertion: `as` in an expression, not in an import, a key remapping or `as const`. */
export function assertionLines(code: string): readonly number[] {
  const withoutImports = code.replace(/^(?:import|export)\s+(?:type\s+)?[{*][^;]*?(?:;|\n(?=\S))/gm, (text) =>
    text.replace(/\bas\b/g, "  "),
  );
  const found: number[] = [];
  withoutImports.split("\n").forEach((line, i) => {
    if (/(?<![.\w$])as\s+(?!const\b)[\w{[("'`]/.test(line) && !/\bin\b[^;]*\bas\s/.test(line))
      found.push(i + 1);
  });
  return found;
}
