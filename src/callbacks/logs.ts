import { Tensor } from "../ops/core/tensor.ts";
import { isPlainObject } from "../util/options.ts";

/**
 * Numbers by name, as callbacks get them: losses and metrics, and whatever a callback adds. Metrics with several results
 * have nested arrays of them; numbers are the rule, and typed so.
 */
export type Logs = Record<string, number>;

/** The results of a step as numbers, in alphabetical order. @see Keras `utils/python_utils.py` `pythonify_logs` */
export function toLogs(results: object): Logs {
  const logs: Logs = {};
  for (const [name, value] of Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value instanceof Tensor) logs[name] = value.size === 1 ? value.item() : (value.arraySync() as number); // SAFETY: as Logs says
    else if (isPlainObject(value)) Object.assign(logs, toLogs(value));
    else if (typeof value === "number" || Array.isArray(value)) logs[name] = value as number; // SAFETY: as Logs says
  }
  return logs;
}
