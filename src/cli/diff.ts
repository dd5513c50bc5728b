import type { Variable } from "../graph/variable.ts";
import { toNumbers } from "../ir/numbers.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { loadModel } from "../saving/index.ts";
import { isPlainObject } from "../util/options.ts";
import type { Given, Output } from "./run-command.ts";

/** `antler diff`: 0 when two models are equal, 1 when they differ. */
export async function diff({ files }: Given, output: Output): Promise<number> {
  const [a, b] = await Promise.all([loadModel(files[0] ?? ""), loadModel(files[1] ?? "")]);
  const differences = [
    ...compareJson(JSON.parse(a.toJson()), JSON.parse(b.toJson()), "config"),
    ...compareWeights(a.weights, b.weights),
  ];
  output.print(differences.length === 0 ? "equal" : differences.join("\n"));
  return differences.length === 0 ? 0 : 1;
}

function compareJson(a: unknown, b: unknown, path: string): string[] {
  const isTree = (value: unknown): value is object => isPlainObject(value) || Array.isArray(value);
  if (isTree(a) && isTree(b) && Array.isArray(a) === Array.isArray(b)) {
    const before = new Map<string, unknown>(Object.entries(a));
    const after = new Map<string, unknown>(Object.entries(b));
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) =>
      compareJson(before.get(key), after.get(key), `${path}.${key}`),
    );
  }
  return Object.is(a, b) ? [] : [`${path}: ${shown(a)} | ${shown(b)}`];
}

function shown(value: unknown): string {
  const text = value === undefined ? "(absent)" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function compareWeights(a: readonly Variable[], b: readonly Variable[]): string[] {
  const differences: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i], b[i]];
    if (one === undefined || other === undefined) {
      differences.push(`weight ${i}: ${one?.path ?? "(absent)"} | ${other?.path ?? "(absent)"}`);
    } else if (!sameShape(one.shape, other.shape)) {
      differences.push(`${one.path}: ${formatShape(one.shape)} | ${formatShape(other.shape)}`);
    } else {
      const largest = largestDifference(one, other);
      if (largest !== 0) differences.push(`${one.path}: values differ by up to ${largest}`);
    }
  }
  return differences;
}

function largestDifference(a: Variable, b: Variable): number {
  const [x, y] = [toNumbers(a.dataSync(), a.dtype), toNumbers(b.dataSync(), b.dtype)];
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    if (Object.is(x[i], y[i])) continue;
    const difference = Math.abs((x[i] ?? Number.NaN) - (y[i] ?? Number.NaN));
    largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
  }
  return largest;
}
