import { Mean } from "../metrics/mean.ts";
import { MetricBase } from "../metrics/metric.ts";
import { optimizerAtHand } from "../optimizers/choose.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { OptionError } from "../util/errors.ts";
import { bindArguments, checkOptions, isPlainObject } from "../util/options.ts";
import { BuiltIns } from "./built-ins.ts";
import { CompileLoss } from "./compile-loss.ts";
import { CompileMetrics } from "./compile-metrics.ts";
import { outputNamesOf } from "./structure.ts";
import type { TrainableModel } from "./trainable.ts";

/** A value for the only output, or values for several: in order, or by output name. */
export type PerOutput<T> = T | readonly PerOutput<T>[] | { readonly [output: string]: PerOutput<T> };

/** What `model.compile` takes. */
export interface CompileOptions {
  /** Default `"rmsprop"`; null for a model that is only evaluated. */
  readonly optimizer?: Optimizer | string | null | undefined;
  /** A loss, its name, or a function of targets and outputs. */
  readonly loss?: unknown;
  /** Factors by which the outputs' losses are multiplied before they are summed. */
  readonly lossWeights?: PerOutput<number | null> | null | undefined;
  /** Metrics, their names, or functions, in an array or an object keyed by output; `"accuracy"` is the one that the shapes call for. */
  readonly metrics?: unknown;
  /** Metrics that take sample weights and class weights into account. */
  readonly weightedMetrics?: unknown;
  /** Compute step by step, so that tensors inside `call` have values. Slow; for debugging. Default false. */
  readonly runEagerly?: boolean | undefined;
  /** Batches between two calls of callbacks. Default 1. */
  readonly stepsPerExecution?: number | undefined;
  /** Accepted as Keras has it: steps are always compiled, except with `runEagerly`. Default `"auto"`. */
  readonly jitCompile?: boolean | "auto" | undefined;
  /** Wrap the optimizer in a `LossScaleOptimizer` under the policy `mixed_float16`. Default true. */
  readonly autoScaleLoss?: boolean | undefined;
}

const optionNames = [
  "optimizer", "loss", "lossWeights", "metrics", "weightedMetrics", "runEagerly", "stepsPerExecution", "jitCompile", "autoScaleLoss",
]; // prettier-ignore

/** How a model was compiled. */
export interface Compilation {
  readonly options: CompileOptions;
  readonly optimizer: Optimizer | null;
  readonly loss: CompileLoss;
  /** The optimizer, the losses and the metrics that are given by name. */
  readonly builtIns: BuiltIns;
  readonly metrics: CompileMetrics | null;
  /** Mean of the loss over an epoch. */
  readonly lossTracker: Mean;
  readonly stepsPerExecution: number;
  readonly runEagerly: boolean;
}

/** The arguments of `model.compile`: options, or the leading ones by position. */
export function bindCompileOptions(args: readonly unknown[]): CompileOptions {
  const [first] = args;
  const isOptions = args.length <= 1 && (first === undefined || isPlainObject(first));
  return isOptions ? (first ?? {}) : bindArguments("compile", optionNames, args); // checked when they are resolved
}

/** Resolves the options of `model.compile`. */
export function prepareCompilation(model: TrainableModel, options: CompileOptions): Compilation {
  const where = `${model.where}: compile`;
  checkOptions(where, options, optionNames);
  const outputNames = outputNamesOf(model.graph);
  const metrics = listed("metrics", options.metrics ?? null, outputNames);
  const weightedMetrics = listed("weightedMetrics", options.weightedMetrics ?? null, outputNames);
  const { lossWeights = null, stepsPerExecution = 1, runEagerly = false, jitCompile = "auto" } = options;
  if (!Number.isInteger(stepsPerExecution) || stepsPerExecution < 1) {
    throw new OptionError(
      `${where}: expected \`stepsPerExecution\` to be a positive integer, received ${stepsPerExecution}.`,
    );
  }
  if (jitCompile !== "auto" && typeof jitCompile !== "boolean") {
    throw new OptionError(
      `${where}: expected \`jitCompile\` to be true, false or "auto", received ${JSON.stringify(jitCompile)}.`,
    );
  }
  const builtIns = new BuiltIns({
    optimizer: () => optimizerOf(model, options),
    loss: options.loss ?? null,
    metrics: [metrics, weightedMetrics],
  });
  return {
    options: { ...options, metrics, weightedMetrics },
    get optimizer() {
      return builtIns.optimizer;
    },
    loss: new CompileLoss({ loss: options.loss ?? null, lossWeights, outputNames, lookup: builtIns.loss }),
    builtIns,
    metrics:
      metrics === null && weightedMetrics === null
        ? null
        : new CompileMetrics({ metrics, weightedMetrics, outputNames, lookup: builtIns.metric }),
    lossTracker: new Mean({ name: "loss" }),
    stepsPerExecution,
    runEagerly,
  };
}

/** Metrics as an array or an object of them: a metric or function that is given by itself is for every output. */
function listed(what: string, given: unknown, outputNames: readonly string[] | null): unknown {
  if (given === null || Array.isArray(given) || isPlainObject(given)) return given;
  if (typeof given !== "function") {
    throw new OptionError(
      `compile: expected \`${what}\` to be an array or an object keyed by output, received ${JSON.stringify(given)}. Put it into an array.`,
    );
  }
  return given instanceof MetricBase ? [given] : (outputNames ?? [""]).map(() => given);
}

/** The optimizer that was asked for; undefined while it is to be loaded. */
function optimizerOf(
  model: TrainableModel,
  { optimizer = "rmsprop", autoScaleLoss = true }: CompileOptions,
): Optimizer | null | undefined {
  if (optimizer === null) return null;
  const made = optimizerAtHand(optimizer);
  const needsScaling =
    autoScaleLoss && model.dtypePolicy.name === "mixed_float16" && made?.className !== "LossScaleOptimizer";
  if (made === null || !needsScaling) return made ?? undefined;
  return optimizerAtHand({ className: "LossScaleOptimizer", config: { innerOptimizer: made } }) ?? undefined;
}
