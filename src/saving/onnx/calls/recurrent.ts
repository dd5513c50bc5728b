import type { Activation } from "../../../activations/activation.ts";
import type { LayerBase } from "../../../graph/layer-base.ts";
import type { Variable } from "../../../graph/variable.ts";
import { toNumbers } from "../../../ir/numbers.ts";
import { GRU } from "../../../layers/rnn/gru.ts";
import { LSTM } from "../../../layers/rnn/lstm.ts";
import { SimpleRNN } from "../../../layers/rnn/simple-rnn.ts";
import { type Constant, constantOf } from "../constant.ts";
import type { Emitter } from "../emitter.ts";
import { int } from "../graph-builder.ts";
import type { Attribute } from "../model-proto.ts";
import type { Value } from "../value.ts";
import { type CallPlan, type Operand, operandsOf } from "./call.ts";

/** What ONNX calls an activation inside a recurrent operator, with the parameters it takes. */
interface InnerActivation {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

const innerActivations: Readonly<Record<string, InnerActivation>> = {
  tanh: { name: "Tanh" },
  sigmoid: { name: "Sigmoid" },
  relu: { name: "Relu" },
  hard_sigmoid: { name: "HardSigmoid", alpha: 1 / 6, beta: 0.5 },
  softsign: { name: "Softsign" },
  softplus: { name: "Softplus" },
  linear: { name: "Affine", alpha: 1, beta: 0 },
};

function innerActivation(activation: Activation): InnerActivation | null {
  const { identifier } = activation;
  return identifier !== undefined && Object.hasOwn(innerActivations, identifier)
    ? (innerActivations[identifier] ?? null)
    : null;
}

/** What the three layers have in common here. */
interface Recurrent {
  readonly opType: string;
  /** Where each gate of ONNX is among Keras's. */
  readonly gates: readonly number[];
  readonly activations: readonly Activation[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly states: number;
  /** Whether the bias has a row for the product with the state. */
  readonly hasTwoBiases: boolean;
}

/** The operator for a layer; null where it is none of these classes themselves. */
function recurrentOf(layer: LayerBase): Recurrent | null {
  if (layer.constructor === LSTM) {
    const { activation, recurrentActivation } = (layer as LSTM).cell; // SAFETY: of that class
    // Keras: input, forget, candidate, output; ONNX: input, output, forget, candidate.
    return {
      opType: "LSTM",
      gates: [0, 3, 1, 2],
      activations: [recurrentActivation, activation, activation],
      attributes: {},
      states: 2,
      hasTwoBiases: false,
    };
  }
  if (layer.constructor === GRU) {
    const { activation, recurrentActivation, resetAfter } = (layer as GRU).cell; // SAFETY: of that class
    return {
      opType: "GRU",
      gates: [0, 1, 2],
      activations: [recurrentActivation, activation],
      attributes: { linear_before_reset: int(resetAfter ? 1 : 0) },
      states: 1,
      hasTwoBiases: resetAfter,
    };
  }
  if (layer.constructor === SimpleRNN) {
    const { activation } = (layer as SimpleRNN).cell; // SAFETY: of that class
    return {
      opType: "RNN",
      gates: [0],
      activations: [activation],
      attributes: {},
      states: 1,
      hasTwoBiases: false,
    };
  }
  return null;
}

type RecurrentLayer = LSTM | GRU | SimpleRNN;

/** `[rows, gates · units]` → `[1, gates · units, rows]`, gates in ONNX's order. */
function turned(kernel: Variable, gates: readonly number[], units: number): Constant {
  const values = toNumbers(kernel.dataSync(), kernel.dtype);
  const [rows = 0, columns = 0] = kernel.shape;
  const data = new Float64Array(rows * columns);
  gates.forEach((from, to) => {
    for (let unit = 0; unit < units; unit++)
      for (let row = 0; row < rows; row++)
        data[(to * units + unit) * rows + row] = values[row * columns + from * units + unit] ?? 0;
  });
  return constantOf(data, [1, columns, rows], "float32", `${kernel.path}:onnx`);
}

/** Both biases, `[1, 2 · gates · units]`. */
function biases(bias: Variable, { gates, hasTwoBiases }: Recurrent, units: number): Constant {
  const values = toNumbers(bias.dataSync(), bias.dtype);
  const width = gates.length * units;
  const data = new Float64Array(2 * width);
  for (let row = 0; row < (hasTwoBiases ? 2 : 1); row++)
    gates.forEach((from, to) => {
      for (let unit = 0; unit < units; unit++)
        data[row * width + to * units + unit] = values[row * width + from * units + unit] ?? 0;
    });
  return constantOf(data, [1, 2 * width], "float32", `${bias.path}:onnx`);
}

/** Parameters of activations, listed as ONNX wants them: those that have one, in order. */
function activationAttributes(found: readonly InnerActivation[]): Record<string, Attribute> {
  const listed = (key: "alpha" | "beta"): Record<string, Attribute> => {
    const values = found.flatMap((each) => each[key] ?? []);
    return values.length === 0 ? {} : { [`activation_${key}`]: { kind: "floats", value: values } };
  };
  return {
    activations: { kind: "texts", value: found.map(({ name }) => name) },
    ...listed("alpha"),
    ...listed("beta"),
  };
}

/** Calls of LSTM, GRU and SimpleRNN layers without masks become the operators of these names. */
export function recurrentPlan(
  layer: LayerBase,
  args: readonly (readonly unknown[])[],
  options: Readonly<Record<string, unknown>>,
  initial: readonly Operand[],
): CallPlan | null {
  const kind = recurrentOf(layer);
  const sequences = operandsOf(args.map(([first]) => first));
  const hasMask = options["mask"] !== null && options["mask"] !== undefined;
  if (kind === null || sequences === null || hasMask || layer.computeDtype !== "float32") return null;
  const found = kind.activations.flatMap((activation) => innerActivation(activation) ?? []);
  const fits = [sequences, ...initial].every(({ dtype }) => dtype === "float32");
  if (found.length < kind.activations.length || !fits) return null;
  if (initial.length > 0 && initial.length !== kind.states) return null;
  const recurrent = layer as RecurrentLayer; // SAFETY: `recurrentOf` knows its class
  return {
    operands: [sequences, ...initial],
    write: (e, values) => writeRecurrent(e, recurrent, kind, found, values),
  };
}

function writeRecurrent(
  e: Emitter,
  layer: RecurrentLayer,
  kind: Recurrent,
  activations: readonly InnerActivation[],
  [sequences, ...initial]: readonly Value[],
): readonly Value[] {
  if (sequences === undefined) return [];
  const { cell, units, goBackwards, returnSequences, returnState } = layer;
  const timeFirst = [1, 0, 2];
  const flip = (name: string): string =>
    e.graph.one("Slice", [name, ...[-1, -(2 ** 31 - 1), 0, -1].map((n) => e.graph.integers([n]))]);
  const stored = e.name(e.exactIn(sequences, timeFirst));
  const x = goBackwards ? flip(stored) : stored;
  const states = initial.map((value) => e.unsqueeze(e.full(value), [0]));
  const names = e.graph.node(
    kind.opType,
    [
      x,
      e.graph.constant(turned(cell.kernel, kind.gates, units)),
      e.graph.constant(turned(cell.recurrentKernel, kind.gates, units)),
      cell.bias === null ? "" : e.graph.constant(biases(cell.bias, kind, units)),
      "",
      ...states,
    ],
    { hidden_size: int(units), ...activationAttributes(activations), ...kind.attributes },
    1 + kind.states,
  );
  const [batch = e.one, time = e.one] = sequences.shape;
  const size = e.one.map(() => units);
  const lastStates = names
    .slice(1)
    .map((name) => e.tensor(e.graph.one("Squeeze", [name, e.graph.integers([0])]), "float32", [batch, size]));
  const all = (): Value => {
    const steps = e.graph.one("Squeeze", [names[0] ?? "", e.graph.integers([1])]);
    return e.tensor(steps, "float32", [time, batch, size], { perm: timeFirst });
  };
  const output = returnSequences ? all() : lastStates[0];
  const results = returnState ? [output, ...lastStates] : [output];
  return results.filter((value) => value !== undefined);
}
