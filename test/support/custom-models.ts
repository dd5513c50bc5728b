import { Layer } from "../../src/graph/layer.ts";
import type { Variable } from "../../src/graph/variable.ts";
import type { Shape } from "../../src/ir/shape-types/index.ts";
import { layers, metrics, Model, ops, saving } from "../../src/index.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { getItem } from "../../src/ops/get-item.ts";

type Dense = ReturnType<typeof layers.Dense>;
type Options = { readonly name?: string };

/** The guide's custom layer, as the corpus has it. */
export class CustomDense extends Layer {
  readonly units: number;
  declare w: Variable;
  declare b: Variable;

  constructor({ units = 32, ...options }: Options & { readonly units?: number } = {}) {
    super(options);
    this.units = units;
  }

  override build(inputShape: Shape): void {
    this.w = this.addWeight({ shape: [inputShape.at(-1) ?? null, this.units], name: "w" });
    this.b = this.addWeight({ shape: [this.units], name: "b" });
  }

  override call(inputs: Tensor): unknown {
    return ops.add(ops.matmul(inputs, this.w), this.b);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), units: this.units };
  }
}

/** The guide's hand-written recurrent network. */
export class CustomRNN extends Layer {
  readonly units: number;
  readonly projection_1: Dense;
  readonly projection_2: Dense;
  readonly classifier: Dense;

  constructor({ units = 32, ...options }: Options & { readonly units?: number } = {}) {
    super(options);
    this.units = units;
    this.projection_1 = layers.Dense(units, { activation: "tanh" });
    this.projection_2 = layers.Dense(units, { activation: "tanh" });
    this.classifier = layers.Dense(1);
  }

  override call(inputs: Tensor): unknown {
    let state: Tensor = ops.zeros([inputs.shape[0] ?? 1, this.units]);
    const outputs: Tensor[] = [];
    for (let step = 0; step < (inputs.shape[1] ?? 0); step++) {
      const x = getItem(inputs, [":", step]) as Tensor; // SAFETY: a tensor in, a tensor out
      state = ops.add(this.projection_1(x), this.projection_2(state)) as Tensor; // SAFETY: as above
      outputs.push(state);
    }
    return this.classifier(ops.stack(outputs, 1));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), units: this.units };
  }
}

/** Parts in a list, in an object and in nested lists. */
export class BlockWithList extends Layer {
  readonly units: number;
  readonly denses: readonly Dense[];
  readonly by_name: Readonly<Record<string, (x: Tensor) => unknown>>;
  readonly nested: readonly (readonly Dense[])[];
  declare scale: Variable;

  constructor({ units = 32, ...options }: Options & { readonly units?: number } = {}) {
    super(options);
    this.units = units;
    this.denses = [layers.Dense(units), layers.Dense(units)];
    this.by_name = { a: layers.Dense(units), b: layers.LayerNormalization() };
    this.nested = [[layers.Dense(units)], [layers.Dense(units)]];
  }

  override build(): void {
    this.scale = this.addWeight({ shape: [], name: "scale" });
  }

  override call(inputs: Tensor): unknown {
    const nested = this.nested.flat();
    const parts = [...this.denses, ...Object.values(this.by_name), ...nested];
    const output = parts.reduce((x, part) => part(x) as Tensor, inputs); // SAFETY: a tensor in, a tensor out
    return ops.multiply(output, this.scale);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), units: this.units };
  }
}

/** A model with code of its own. */
export class SubclassedMLP extends Model {
  readonly hidden: number;
  readonly dense_1: Dense;
  readonly bn: ReturnType<typeof layers.BatchNormalization> = layers.BatchNormalization();
  readonly dense_2: Dense;

  constructor({ hidden = 8, ...options }: Options & { readonly hidden?: number } = {}) {
    super(options);
    this.hidden = hidden;
    this.dense_1 = layers.Dense(hidden, { activation: "relu" });
    this.dense_2 = layers.Dense(3);
  }

  override call(inputs: Tensor): unknown {
    return this.dense_2(this.bn(this.dense_1(inputs)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), hidden: this.hidden };
  }
}

/** A model of Keras's own tests, with containers in a container. */
export class NestedDenseModel extends Model {
  readonly num: number;
  readonly blocks: readonly (readonly Dense[])[];
  readonly out: Dense = layers.Dense(2);

  constructor({ num = 3, ...options }: Options & { readonly num?: number } = {}) {
    super(options);
    this.num = num;
    this.blocks = Array.from({ length: num }, (_, i) => [
      layers.Dense(4, { useBias: false, name: `d_${i}` }) as Dense, // SAFETY: its size is of no interest here
    ]);
  }

  override call(inputs: Tensor): unknown {
    return this.out(this.blocks.flat().reduce((x, block) => block(x) as Tensor, inputs)); // SAFETY: a tensor in, a tensor out
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), num: this.num };
  }
}

export class MyMetric extends metrics.Mean {}

function my_activation(x: Tensor): unknown {
  return ops.multiply(ops.tanh(x), 0.5);
}

function my_loss(yTrue: Tensor, yPred: Tensor): unknown {
  return ops.mean(ops.square(ops.subtract(yTrue, yPred)), -1);
}

/** Registers all of them as the corpus's files name them. */
export function registerCustomModels(): void {
  const register = saving.registerKerasSerializable({ package: "oracle" });
  for (const target of [
    CustomDense,
    CustomRNN,
    BlockWithList,
    SubclassedMLP,
    MyMetric,
    my_activation,
    my_loss,
  ])
    register(target);
}

/** The same by their bare names, which old files have. */
export const customObjects: Readonly<Record<string, unknown>> = {
  CustomDense,
  CustomRNN,
  BlockWithList,
  NestedDenseModel,
};
