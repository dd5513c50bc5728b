import type { HostArray } from "../graph/compiled-function.ts";
import type { Variable } from "../graph/variable.ts";
import { sameShape } from "../ir/shape.ts";
import { AntlerError, FormatError } from "../util/errors.ts";
import type { CallbackBase, CallbackModel } from "./callback.ts";
import { isArray, listOf, numberOf, recordOf } from "./state-values.ts";
import type { StateTree, TrainingPlace, TrainingRun } from "./training-run.ts";

/** Of what `captureTraining` gives; other versions are refused. */
const version = 1;

/** All that a run of `fit` needs to go on from here as if never interrupted, beside weights and optimizer. */
export function captureTraining(model: CallbackModel, { epoch, batch }: TrainingPlace): StateTree {
  const run = runOf(model);
  return {
    version,
    epoch,
    batch,
    logs: run.logs,
    isStopped: model.stopTraining,
    optimizer: optimizerOf(model),
    sources: run.sources.map((source) => source.state()),
    // At the end of an epoch metrics are reset before they are used again.
    metrics: batch === 0 ? [] : valuesOf(metricVariables(model)),
    seeds: valuesOf(model.stateVariables),
    callbacks: run.callbacks.map((callback) => [nameOf(callback), callback.trainingState()]),
  };
}

/**
 * Makes a run of `fit` go on from what `captureTraining` gave; called before its first epoch.
 *
 * @throws {FormatError} when it is of another version, or of a model with other layers or metrics.
 */
export async function resumeTraining(model: CallbackModel, state: StateTree, where: string): Promise<void> {
  const run = runOf(model);
  const { sources, callbacks, metrics, seeds, logs, isStopped, optimizer, ...place } = recordOf(state);
  if (place["version"] !== version) {
    throw new FormatError(
      `${where}: expected a backup of version ${version}, received ${JSON.stringify(place["version"] ?? null)}. Remove it to train from the beginning.`,
    );
  }
  if (optimizer !== optimizerOf(model)) {
    throw new FormatError(
      `${where}: expected a backup of training with ${optimizerOf(model)}, received one of ${JSON.stringify(optimizer)}. Compile the model as it was, or remove the backup.`,
    );
  }
  const [epoch, batch] = [numberOf(place["epoch"]), numberOf(place["batch"])];
  for (const [i, source] of run.sources.entries()) {
    const kept = listOf(sources)[i];
    if (kept !== undefined) await source.restore(kept, i === 0 && batch > 0);
  }
  assignAll(model.stateVariables, seeds, { what: "random or stateful layers", where });
  await restoreCallbacks(run.callbacks, listOf(callbacks));
  model.restoredEpoch = epoch;
  run.resumption = {
    epoch,
    batch,
    logs: recordOf(logs) as TrainingRun["logs"], // SAFETY: written from such
    isStopped: isStopped === true,
    restoreMetrics: () => assignAll(metricVariables(model), metrics, { what: "metrics", where }),
  };
}

function optimizerOf({ optimizer }: CallbackModel): string | null {
  return optimizer?.className ?? null;
}

function runOf({ trainingRun, name }: CallbackModel): TrainingRun {
  if (trainingRun !== null) return trainingRun;
  throw new AntlerError(`BackupAndRestore: ${name} is not in a call of fit. Pass the callback to fit.`);
}

function metricVariables(model: CallbackModel): Variable[] {
  return model.metrics.flatMap((metric) => metric.variables);
}

function valuesOf(variables: readonly Variable[]): HostArray[] {
  return variables.map((variable) => ({
    data: variable.storedSync(),
    shape: variable.shape,
    dtype: variable.dtype,
  }));
}

/** @param what - What the variables are, for the error. */
function assignAll(
  variables: readonly Variable[],
  kept: StateTree | undefined,
  { what, where }: { readonly what: string; readonly where: string },
): void {
  const arrays = listOf(kept).filter(isArray);
  const isSame =
    arrays.length === variables.length &&
    arrays.every(({ shape, dtype }, i) => {
      const variable = variables[i];
      return variable !== undefined && sameShape(shape, variable.shape) && dtype === variable.dtype;
    });
  if (!isSame) {
    throw new FormatError(
      `${where}: the model has other ${what} than when it was backed up. Make and compile it as it was, or remove the backup.`,
    );
  }
  for (const [i, { data }] of arrays.entries()) variables[i]?.assignData(data);
}

/** What a callback is found by again. */
function nameOf(callback: CallbackBase): string {
  return callback.constructor.name;
}

/** Gives each callback the state of the one of its class, first to first, second to second. */
async function restoreCallbacks(
  callbacks: readonly CallbackBase[],
  kept: readonly StateTree[],
): Promise<void> {
  const states = kept.map(listOf);
  const used = new Set<number>();
  for (const callback of callbacks) {
    const found = states.findIndex(([name], i) => name === nameOf(callback) && !used.has(i));
    if (found < 0) continue;
    used.add(found);
    const state = states[found]?.[1] ?? null;
    if (state !== null) await callback.restoreTrainingState(state);
  }
}
