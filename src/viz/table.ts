/** A column of a boxed table. */
export interface Column {
  readonly header: string;
  readonly align: "left" | "right" | "center";
  /** Wanted width of the content. */
  readonly width: number;
}

/**
 * A table in boxes, as Keras's summaries have it: heavy lines around the header, light ones between all rows; cells
 * wrap between words, and what still does not fit ends in "…".
 *
 * @param lineLength - Width of the whole table, borders included.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  lineLength: number,
): string[] {
  const widths = fitWidths(
    columns.map(({ width }) => width + 2),
    lineLength - columns.length - 1,
  );
  const rule = (left: string, line: string, cross: string, right: string): string =>
    left + widths.map((width) => line.repeat(width)).join(cross) + right;
  const render = (cells: readonly string[], bar: string, separators = bar): string[] => {
    const wrapped = columns.map(({ align }, i) => {
      const width = (widths[i] ?? 2) - 2;
      return wrap(cells[i] ?? "", width).map((line) => pad(line, width, align));
    });
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, row) => {
      const parts = wrapped.map((lines, i) => ` ${lines[row] ?? " ".repeat((widths[i] ?? 2) - 2)} `);
      return `${bar}${parts.join(separators)}${bar}`;
    });
  };
  const body = rows.flatMap((row, i) => [
    ...(i === 0 ? [] : [rule("├", "─", "┼", "┤")]),
    ...render(row, "│"),
  ]);
  return [
    rule("┏", "━", "┳", "┓"),
    ...render(
      columns.map(({ header }) => header),
      "┃",
    ),
    rule("┡", "━", "╇", "┩"),
    ...body,
    rule("└", "─", "┴", "┘"),
  ];
}

/** Widths (padding included) brought to a total: shares taken evenly, or given in proportion. */
function fitWidths(widths: readonly number[], total: number): number[] {
  const sum = widths.reduce((a, b) => a + b, 0);
  if (sum > total) {
    let excess = sum - total;
    return widths.map((width, i) => {
      const share = Math.min(width, roundHalfEven(excess / (widths.length - i)));
      excess -= share;
      return width - share;
    });
  }
  let rest = total - sum;
  let remaining = sum;
  return widths.map((width) => {
    const share = Math.ceil((width * rest) / Math.max(1, remaining));
    rest -= share;
    remaining -= width;
    return width + share;
  });
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Breaks text between words into lines of at most `width`; longer words are cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [word] of text.matchAll(/\s*\S+\s*/g)) {
    if (line !== "" && line.length + word.trimEnd().length > width) {
      lines.push(line);
      line = word;
    } else line += word;
  }
  lines.push(line);
  return lines.map((item) => {
    const trimmed = item.trimEnd();
    return trimmed.length > width ? `${trimmed.slice(0, Math.max(0, width - 1))}…` : trimmed;
  });
}

function pad(text: string, width: number, align: Column["align"]): string {
  const space = Math.max(0, width - text.length);
  const left = align === "left" ? 0 : align === "right" ? space : Math.floor(space / 2);
  return " ".repeat(left) + text + " ".repeat(space - left);
}
