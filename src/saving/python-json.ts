/** JSON as Python's `json.dumps` writes it: `", "` and `": "` between items, everything outside ASCII escaped. */
export function pythonJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  return `{${entries.map(([key, child]) => `${quote(key)}: ${pythonJson(child)}`).join(", ")}}`;
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  // Python writes exponents with two digits: 1e-07.
  return String(value).replace(/e([+-])(\d)$/, "e$10$2");
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Parses JSON as Python's `json.loads` does: `NaN` and `Infinity` are numbers.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parsePythonJson(text: string): unknown {
  // Only outside strings: a string is skipped as a whole, then a bare word is replaced by a marked string.
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : `"\\u0000${token}"`,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith("\u0000") ? Number(value.slice(1)) : value,
  );
}
