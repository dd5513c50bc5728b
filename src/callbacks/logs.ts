import { Tensor, type NestedNumbers } from "../ops/core/tensor.ts";
import { isPlainObject } from "../util/options.ts";

/** Numbers by name, as callbacks get them: losses and metrics, and whatever a callback adds. */
export type Logs = Record<string, NestedNumbers>;

/** The results of a step as numbers, in alphabetical order. @see Keras `utils/python_utils.py` `pythonify_logs` */
export function toLogs(results: object): Logs {
  const logs: Logs = {};
  for (const [name, value] of Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value instanceof Tensor) logs[name] = value.size === 1 ? value.item() : value.arraySync();
    else if (isPlainObject(value)) Object.assign(logs, toLogs(value));
    else if (typeof value === "number" || Array.isArray(value)) logs[name] = value;
  }
  return logs;
}
