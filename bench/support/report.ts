import type { Measurement } from "./contender.ts";

/** What one contender did on one row. */
export interface Outcome {
  readonly row: string;
  readonly contender: string;
  readonly samples: Measurement[];
  readonly check: readonly number[];
  note?: string;
}

/** A row to measure, as in rows.mjs. */
export interface Row {
  readonly key: string;
  readonly unit: string;
  readonly higherIsBetter: boolean;
  readonly value: (seconds: number) => number;
}

/** One line of the table. */
export interface Line {
  readonly row: string;
  readonly contender: string;
  readonly unit: string;
  /** Median over the rounds; null where it did not run. */
  readonly value: number | null;
  readonly lowest: number | null;
  readonly highest: number | null;
  /** How many times faster Antler is. */
  readonly antlerFaster: number | null;
  readonly rssMiB: number | null;
  readonly note: string;
  /** Its results differ from the first contender's by more than 0.1 % of the largest. */
  readonly disagrees: boolean;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}

/** Whether two lists of numbers agree to 0.1 % of the largest of them. */
function agree(a: readonly number[], b: readonly number[]): boolean {
  if (a.length === 0 || b.length === 0) return true;
  const scale = Math.max(...a.map(Math.abs), ...b.map(Math.abs));
  return a.length === b.length && a.every((x, i) => Math.abs(x - (b[i] ?? Number.NaN)) <= 1e-3 * scale);
}

/** Medians and ratios. */
export function summarize(rows: readonly Row[], outcomes: readonly Outcome[]): readonly Line[] {
  return rows.flatMap((row) => {
    const of = outcomes.filter((one) => one.row === row.key);
    const antler = of.find(({ contender }) => contender === "antler");
    const reference = of.find(({ check }) => check.length > 0);
    const antlerSeconds = median(antler?.samples.map(({ seconds }) => seconds) ?? []);
    return of.map((one): Line => {
      const seconds = one.samples.map((sample) => sample.seconds);
      const middle = median(seconds);
      const values = seconds.map((s) => row.value(s));
      const disagrees = reference !== undefined && !agree(reference.check, one.check);
      return {
        row: row.key,
        contender: one.contender,
        unit: row.unit,
        value: middle === null ? null : row.value(middle),
        lowest: values.length === 0 ? null : Math.min(...values),
        highest: values.length === 0 ? null : Math.max(...values),
        antlerFaster: middle === null || antlerSeconds === null ? null : middle / antlerSeconds,
        rssMiB:
          one.samples.length === 0
            ? null
            : Math.max(...one.samples.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
        note: [one.note ?? "", disagrees ? "RESULTS DIFFER" : ""].filter((text) => text !== "").join("; "),
        disagrees,
      };
    });
  });
}

const show = (value: number | null): string => (value === null ? "–" : value.toPrecision(4));

/** The lines as a Markdown table. */
export function renderTable(lines: readonly Line[]): string {
  return [
    "| row | contender | median | lowest – highest | Antler is faster by | memory, MiB | note |",
    "|---|---|---:|---:|---:|---:|---|",
    ...lines.map(
      (one) =>
        `| ${one.row} | ${one.contender} | ${show(one.value)} ${one.unit} | ${show(one.lowest)} – ${show(one.highest)} | ` +
        `${one.contender === "antler" || one.antlerFaster === null ? "" : `${one.antlerFaster.toFixed(2)}×`} | ` +
        `${one.rssMiB === null ? "–" : one.rssMiB.toFixed(0)} | ${one.note} |`,
    ),
  ].join("\n");
}
