import { fromNumbers, toNumbers } from "../ir/numbers.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { invariant, OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { logSoftmaxOver } from "./activations.ts";
import { logAddExp } from "./arithmetic.ts";
import { hostOp } from "./core/host-op.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { callOp, defineOp, type Op, type OpFunction } from "./core/op.ts";
import type { Result } from "./core/op-types.ts";
import type { Operand, Rest } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { contractNamed } from "./einsum.ts";
import { oneHotOf } from "./indexing.ts";
import { sliceAxis } from "./rearranging.ts";

/** Logarithm of (nearly) nothing. */
const impossible = -1e5;

/** 1 at positions from `lengths` on, 0 before: `[batch, n]`. */
function paddingOf(lengths: Var, n: number, dtype: Var["dtype"]): Var {
  const shape = [lengths.shape[0] ?? 0, n];
  return p.cast(p.ge(p.iota(shape, 1, "int32"), p.broadcast(lengths, shape, [0])), dtype);
}

/** Adds scores to all blanks but the first. */
function addToBlanks(blanks: Var, added: Var): Var {
  const n = blanks.shape[1] ?? 0;
  return p.concat([sliceAxis(blanks, 1, 0, 1), logAddExp(sliceAxis(blanks, 1, 1, n), added)], 1);
}

interface LossArguments {
  readonly target: Tensor;
  readonly output: Tensor;
  readonly targetLength: Tensor;
  readonly outputLength: Tensor;
  readonly maskIndex: number;
}

/**
 * Connectionist temporal classification loss: minus the log-probability of all alignments of labels and outputs.
 *
 * Shapes: target `[batch, labels]`, output (logits) `[batch, time, classes]`, lengths `[batch]` → `[batch]`. Forward
 * algorithm in log space (Graves et al., 2006), with one state for each label and one for each blank.
 *
 * @see Keras `ops.ctc_loss`
 */
export const ctcLoss: OpFunction<
  <T extends Operand, O extends Operand>(
    target: T,
    output: O,
    targetLength: Operand,
    outputLength: Operand,
    ...rest: Rest<[{ readonly maskIndex?: number }]>
  ) => Result<T | O>
> = defineOp(
  {
    name: "ctcLoss",
    className: "CTCLoss",
    module: "nn",
    args: {
      target: "tensor",
      output: "tensor",
      targetLength: "tensor",
      outputLength: "tensor",
      maskIndex: opt(0),
    },
  },
  ({ target, output, targetLength, outputLength, maskIndex }: LossArguments) => {
    const logits = asFloat(output);
    const labels = castTo(target.traced, "int32");
    if (logits.shape.length !== 3 || labels.shape.length !== 2 || labels.shape[0] !== logits.shape[0]) {
      throw new ShapeError(
        `ops.ctcLoss: expected target [batch, labels] and output [batch, time, classes], received ${formatShape(target.shape)} and ${formatShape(output.shape)}.`,
      );
    }
    const [batch = 0, time = 0, classes = 0] = logits.shape;
    const n = labels.shape[1] ?? 0;
    const dtype = logits.dtype;
    const logs = logSoftmaxOver(logits, [2]);
    const same = p.cast(p.eq(sliceAxis(labels, 1, 0, n - 1), sliceAxis(labels, 1, 1, n)), dtype);
    // 1 where the next label is the same, which wants a blank in between.
    const repeats = p.pad(same, 0, [0, 0], [0, 1]);
    const blankLogs = p.transpose(sliceAxis(logs, 2, maskIndex, maskIndex + 1), [1, 0, 2]);
    const labelLogs = p.transpose(
      contractNamed("btk,bnk->btn", [logs, oneHotOf(labels, classes, -1, dtype)]),
      [1, 0, 2],
    );
    const pads = p.transpose(paddingOf(castTo(outputLength.traced, "int32"), time, dtype), [1, 0]);
    const first = p.cast(
      p.eq(p.iota([batch, n + 1], 1, "int32"), p.full(0, [batch, n + 1], "int32")),
      "bool",
    );
    const blanks0 = p.select(
      first,
      p.full(0, [batch, n + 1], dtype),
      p.full(impossible, [batch, n + 1], dtype),
    );
    const labels0 = p.full(impossible, [batch, n], dtype);
    const { carry } = p.scan(
      ([blanks, states], [labelLog, blankLog, pad]) => {
        invariant(blanks && states && labelLog && blankLog && pad, "as many values as were given");
        const open = addToBlanks(blanks, p.add(states, p.scale(repeats, impossible)));
        const nextLabels = logAddExp(p.add(sliceAxis(open, 1, 0, n), labelLog), p.add(states, labelLog));
        const blankLine = p.broadcast(blankLog, [batch, n]);
        const held = p.scale(p.sub(p.fullLike(repeats, 1), repeats), impossible);
        const nextBlanks = addToBlanks(
          p.add(open, p.broadcast(blankLog, [batch, n + 1])),
          p.add(p.add(states, blankLine), held),
        );
        const keep = (x: Var, next: Var): Var =>
          p.select(p.gt(p.broadcast(pad, x.shape, [0]), p.zerosLike(x)), x, next);
        return { carry: [keep(blanks, nextBlanks), keep(states, nextLabels)], ys: [] };
      },
      [blanks0, labels0],
      [labelLogs, blankLogs, pads],
      { length: time },
    );
    const last = addToBlanks(carry[0], carry[1]);
    const end = oneHotOf(castTo(targetLength.traced, "int32"), n + 1, -1, dtype);
    return wrap(p.neg(p.reduceSum(p.mul(last, end), [1])));
  },
);

interface DecodeArguments {
  readonly inputs: Tensor;
  readonly sequenceLengths: Tensor;
  readonly mergeRepeated: boolean;
  readonly maskIndex: number;
}

const greedyOp: Op = defineOp<DecodeArguments, () => unknown>(
  {
    name: "ctcDecode",
    className: "CTCDecode",
    module: "nn",
    args: {
      inputs: "tensor", sequenceLengths: "tensor", strategy: opt("greedy"), beamWidth: opt(100), topPaths: opt(1),
      mergeRepeated: opt(true), maskIndex: opt(0),
    }, // prettier-ignore
  },
  ({ inputs, sequenceLengths, mergeRepeated, maskIndex }) => {
    const scores = asFloat(inputs);
    const [batch = 0, time = 0] = scores.shape;
    const shape = [batch, time];
    const mask = p.full(maskIndex, shape, "int32");
    const isPadding = p.ge(
      p.iota(shape, 1, "int32"),
      p.broadcast(castTo(sequenceLengths.traced, "int32"), shape, [0]),
    );
    const best = p.select(isPadding, mask, p.argMax(scores, 2));
    const total = p.reduceSum(
      p.select(isPadding, p.full(0, shape, scores.dtype), p.reduceMax(scores, [2])),
      [1],
    );
    const previous = p.pad(sliceAxis(best, 1, 0, time - 1), -1, [0, 1], [0, 0]);
    const merged = mergeRepeated ? p.select(p.eq(best, previous), mask, best) : best;
    const isBlank = p.eq(merged, mask);
    const order = p.select(isBlank, p.full(time, shape, "int32"), p.iota(shape, 1, "int32"));
    const [, labels] = p.sort([order, p.select(isBlank, p.full(-1, shape, "int32"), merged)], 1);
    invariant(labels !== undefined, "sort gives a result for each input");
    return [wrap(p.reshape(labels, [1, batch, time])), wrap(p.reshape(p.neg(total), [batch, 1]))];
  },
).op;

interface BeamArguments extends DecodeArguments {
  readonly beamWidth: number;
  readonly topPaths: number;
}

/** A labelling with the log-probabilities that it ends in a blank, and in its last label. */
interface Beam {
  readonly labels: readonly number[];
  readonly blank: number;
  readonly label: number;
}

function logSum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}

/** Prefix beam search over log-probabilities (Hannun et al., 2014). */
function beamSearch(
  logs: (t: number, k: number) => number,
  time: number,
  classes: number,
  mask: number,
  width: number,
): Beam[] {
  let beams: Beam[] = [{ labels: [], blank: 0, label: -Infinity }];
  for (let t = 0; t < time; t++) {
    const next = new Map<string, Beam>();
    const add = (labels: readonly number[], blank: number, label: number): void => {
      const key = labels.join();
      const known = next.get(key);
      next.set(key, {
        labels,
        blank: logSum(known?.blank ?? -Infinity, blank),
        label: logSum(known?.label ?? -Infinity, label),
      });
    };
    for (const { labels, blank, label } of beams) {
      const last = labels.at(-1);
      add(labels, logSum(blank, label) + logs(t, mask), -Infinity);
      for (let k = 0; k < classes; k++) {
        if (k === mask) continue;
        if (k === last) {
          add(labels, -Infinity, label + logs(t, k));
          add([...labels, k], -Infinity, blank + logs(t, k));
        } else add([...labels, k], -Infinity, logSum(blank, label) + logs(t, k));
      }
    }
    beams = [...next.values()]
      .toSorted((a, b) => logSum(b.blank, b.label) - logSum(a.blank, a.label))
      .slice(0, width);
  }
  return beams;
}

const beamOp: OpFunction<(...args: unknown[]) => unknown> = hostOp(
  { name: "ctcDecode", className: "CTCDecode", module: "nn", args: greedyOp.args },
  ({ inputs, sequenceLengths, beamWidth, topPaths, maskIndex }: BeamArguments) => {
    const [batch = 0, time = 0, classes = 0] = inputs.dims;
    const numbers = toNumbers(inputs.dataSync(), inputs.dtype);
    const lengths = toNumbers(sequenceLengths.dataSync(), sequenceLengths.dtype);
    const labels = new Array<number>(topPaths * batch * time).fill(-1);
    const scores = new Array<number>(batch * topPaths).fill(-Infinity);
    for (let b = 0; b < batch; b++) {
      const row = (t: number): number[] =>
        Array.from({ length: classes }, (_, k) => numbers[(b * time + t) * classes + k] ?? 0);
      const norms = Array.from({ length: time }, (_, t) => row(t).reduce(logSum, -Infinity));
      const logs = (t: number, k: number): number =>
        (numbers[(b * time + t) * classes + k] ?? 0) - (norms[t] ?? 0);
      const beams = beamSearch(logs, Math.min(time, lengths[b] ?? time), classes, maskIndex, beamWidth);
      beams.slice(0, topPaths).forEach((beam, path) => {
        beam.labels.forEach((label, i) => (labels[(path * batch + b) * time + i] = label));
        scores[b * topPaths + path] = logSum(beam.blank, beam.label);
      });
    }
    return [
      Tensor.fromData(fromNumbers(labels, "int32"), [topPaths, batch, time], "int32"),
      Tensor.fromData(fromNumbers(scores, "float32"), [batch, topPaths], "float32"),
    ];
  },
);

/** Options of `ctcDecode`. */
export interface CtcDecodeOptions {
  /** `greedy`: the best class of every step; `beam_search`: the best labellings over all alignments, on real tensors only. */
  readonly strategy?: "greedy" | "beam_search";
  readonly beamWidth?: number;
  readonly topPaths?: number;
  /** Whether equal neighbours are one label (`greedy`). */
  readonly mergeRepeated?: boolean;
  /** The class of the blank. */
  readonly maskIndex?: number;
}

/** The most likely labels (−1 behind the end) and their scores. @see Keras `ops.ctc_decode` */
export const ctcDecode: OpFunction<
  <X extends Operand>(
    inputs: X,
    sequenceLengths: Operand,
    options?: CtcDecodeOptions,
  ) => readonly [Result<X>, Result<X>]
> = Object.assign(
  <X extends Operand>(
    inputs: X,
    sequenceLengths: Operand,
    options: CtcDecodeOptions = {},
  ): readonly [Result<X>, Result<X>] => {
    const strategy = oneOf("ops.ctcDecode", "strategy", options.strategy ?? "greedy", [
      "greedy",
      "beam_search",
    ]);
    const bound = {
      beamWidth: 100,
      topPaths: 1,
      mergeRepeated: true,
      maskIndex: 0,
      ...options,
      strategy,
      inputs,
      sequenceLengths,
    };
    if (bound.topPaths < 1 || bound.beamWidth < bound.topPaths)
      throw new OptionError("ops.ctcDecode: expected 1 ≤ topPaths ≤ beamWidth.");
    // SAFETY: labels and scores, of the kind of the inputs.
    return (strategy === "greedy" ? callOp(greedyOp, bound) : beamOp(bound)) as readonly [
      Result<X>,
      Result<X>,
    ];
  },
  { op: greedyOp },
);
