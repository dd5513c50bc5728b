import type { Variable } from "../graph/variable.ts";
import { add, divide, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { matmul } from "../ops/products.ts";
import { sum } from "../ops/reductions.ts";
import { transpose } from "../ops/shape.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import type { More, Values } from "../util/argument-types.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { type OptimizerOptions, withoutDecay } from "./options.ts";

class MuonOptimizer extends OptimizerBase {
  static readonly className: string = "Muon";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamWeightDecay: 0.004,
    epsilon: 1e-7,
    weightDecay: 0.004,
    ...withoutDecay,
    excludeLayers: null,
    excludeEmbeddings: true,
    muonA: 3.4445,
    muonB: -4.775,
    muonC: 2.0315,
    adamLrRatio: 1,
    momentum: 0.95,
    nsSteps: 5,
    nesterov: true,
    rmsRate: 0.2,
  };
  declare readonly adamBeta1: number;
  declare readonly adamBeta2: number;
  declare readonly adamWeightDecay: number | null;
  declare readonly epsilon: number;
  declare excludeLayers: readonly string[];
  declare readonly excludeEmbeddings: boolean;
  declare readonly muonA: number;
  declare readonly muonB: number;
  declare readonly muonC: number;
  declare readonly adamLrRatio: number;
  declare readonly momentum: number;
  declare readonly nsSteps: number;
  declare readonly nesterov: boolean;
  declare readonly rmsRate: number | null;
  #momentums: readonly Variable[] = [];
  #velocities: readonly (Variable | null)[] = [];

  constructor(...args: readonly unknown[]) {
    super(...args);
    this.excludeLayers ??= [];
  }

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    const slots = variables.map((variable) => ({
      momentum: this.addVariableFromReference(variable, "momentum"),
      velocity: this.#usesAdam(variable) ? this.addVariableFromReference(variable, "velocity") : null,
    }));
    this.#momentums = slots.map(({ momentum }) => momentum);
    this.#velocities = slots.map(({ velocity }) => velocity);
  }

  /** Whether a variable is no matrix, or excluded, and hence left to Adam. */
  #usesAdam({ shape, path }: Variable): boolean {
    if (shape.length !== 2) return true;
    if (this.excludeEmbeddings && path.toLowerCase().includes("embedding")) return true;
    return this.excludeLayers.some((pattern) => new RegExp(pattern).test(path));
  }

  protected override decayOf(variable: Variable): number | null {
    return this.#usesAdam(variable) ? this.adamWeightDecay : this.weightDecay;
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const i = this.indexOf(variable);
    const [m, v] = [this.#momentums[i], this.#velocities[i]];
    invariant(m !== undefined && v !== undefined, "muon was not built");
    if (v === null) this.#muonStep(gradient, variable, learningRate, m);
    else this.#adamStep(gradient, variable, learningRate, m, v);
  }

  #muonStep(gradient: Tensor, variable: Variable, learningRate: Tensor, m: Variable): void {
    m.assign(add(multiply(m, this.momentum), gradient));
    const direction = this.#orthogonal(this.nesterov ? add(gradient, multiply(this.momentum, m)) : m.value);
    const scale = this.rmsRate === null ? 1 : Math.sqrt(Math.max(...variable.shape)) * this.rmsRate;
    variable.assignSub(multiply(multiply(learningRate, scale), direction));
  }

  #adamStep(gradient: Tensor, variable: Variable, learningRate: Tensor, m: Variable, v: Variable): void {
    const rate = this.once(`rate ${variable.dtype}`, () => {
      const step = this.stepNumber(variable.dtype);
      const correction = divide(
        sqrt(subtract(1, power(this.adamBeta2, step))),
        subtract(1, power(this.adamBeta1, step)),
      );
      return multiply(multiply(learningRate, this.adamLrRatio), correction);
    });
    m.assign(add(m, multiply(subtract(gradient, m), 1 - this.adamBeta1)));
    v.assign(add(v, multiply(subtract(square(gradient), v), 1 - this.adamBeta2)));
    variable.assignSub(divide(multiply(m, rate), add(sqrt(v), this.epsilon)));
  }

  /** The nearest matrix with orthogonal rows (or columns), by a fifth-order Newton–Schulz iteration. */
  #orthogonal(matrix: Tensor): Tensor {
    const [rows = 0, columns = 0] = matrix.dims;
    const isTall = rows > columns;
    let x: Tensor = isTall ? transpose(matrix) : matrix;
    x = divide(x, add(sqrt(sum(square(x))), 1e-7));
    for (let i = 0; i < this.nsSteps; i++) {
      const a: Tensor = matmul(x, transpose(x));
      const b: Tensor = add(multiply(this.muonB, a), multiply(this.muonC, matmul(a, a)));
      x = add(multiply(this.muonA, x), matmul(b, x));
    }
    return isTall ? transpose(x) : x;
  }
}

export type Muon = MuonOptimizer;

export interface MuonOptions extends OptimizerOptions {
  readonly adamBeta1?: number;
  readonly adamBeta2?: number;
  readonly adamWeightDecay?: number | null;
  readonly epsilon?: number;
  readonly excludeLayers?: readonly string[] | null;
  readonly excludeEmbeddings?: boolean;
  readonly muonA?: number;
  readonly muonB?: number;
  readonly muonC?: number;
  readonly adamLrRatio?: number;
  readonly momentum?: number;
  readonly nsSteps?: number;
  readonly nesterov?: boolean;
  readonly rmsRate?: number | null;
}

/** The names of its options, in Keras's order. */
type MuonNames = [
  learningRate: "learningRate",
  adamBeta1: "adamBeta1",
  adamBeta2: "adamBeta2",
  adamWeightDecay: "adamWeightDecay",
  epsilon: "epsilon",
  weightDecay: "weightDecay",
  clipnorm: "clipnorm",
  clipvalue: "clipvalue",
  globalClipnorm: "globalClipnorm",
  useEma: "useEma",
  emaMomentum: "emaMomentum",
  emaOverwriteFrequency: "emaOverwriteFrequency",
  lossScaleFactor: "lossScaleFactor",
  gradientAccumulationSteps: "gradientAccumulationSteps",
  name: "name",
  excludeLayers: "excludeLayers",
  excludeEmbeddings: "excludeEmbeddings",
  muonA: "muonA",
  muonB: "muonB",
  muonC: "muonC",
  adamLrRatio: "adamLrRatio",
  momentum: "momentum",
  nsSteps: "nsSteps",
  nesterov: "nesterov",
  rmsRate: "rmsRate",
];

/**
 * Momentum made orthogonal, for matrices (Jordan, 2024); other variables are left to AdamW.
 *
 * Options: `learningRate` (0.001), `adamBeta1` (0.9), `adamBeta2` (0.999), `adamWeightDecay` (0.004), `epsilon` (1e-7),
 * `weightDecay` (0.004), `excludeLayers` (patterns of variable paths that are left to AdamW), `excludeEmbeddings`
 * (true), `muonA`, `muonB`, `muonC` (3.4445, -4.775, 2.0315), `adamLrRatio` (1), `momentum` (0.95), `nsSteps` (5),
 * `nesterov` (true), `rmsRate` (0.2), and those of every optimizer.
 *
 * @see Keras `optimizers/muon.py`
 */
export const Muon: OptimizerConstructor<More<Values<MuonNames, MuonOptions>, MuonOptions>, Muon> = callable(
  MuonOptimizer,
);
