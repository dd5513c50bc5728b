import { OptionError } from "../util/errors.ts";

/**
 * A path with placeholders filled in, as Python's `format` does: `{epoch:02d}`, `{val_loss:.2f}`, `{loss}`.
 *
 * @throws {OptionError} for a name that has no value, or a format that is none of these.
 */
export function formatPath(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name: string, format: string | undefined) => {
    const value = values[name];
    if (typeof value !== "number") {
      throw new OptionError(
        `"${template}": there is no number \`${name}\` to fill in. There are: ${Object.keys(values).join(", ")}.`,
      );
    }
    return formatNumber(template, value, format ?? "");
  });
}

function formatNumber(template: string, value: number, format: string): string {
  const parts = /^(0?)(\d*)(?:\.(\d+))?([dfeg]?)$/.exec(format);
  if (parts === null)
    throw new OptionError(`"${template}": expected a format such as 02d or .3f, received "${format}".`);
  const [, zero = "", width = "", precision, kind = ""] = parts;
  const digits = Number(precision ?? 6);
  let text = String(value);
  if (kind === "d") text = String(Math.trunc(value));
  else if (kind === "f" || (kind === "" && precision !== undefined)) text = value.toFixed(digits);
  else if (kind === "e") text = value.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2");
  else if (kind === "g") text = String(Number(value.toPrecision(digits)));
  return text.padStart(Number(width || 0), zero === "0" ? "0" : " ");
}
