// A training run that can be interrupted at any step and started again, with everything in it that has a state of its own.
import {
  callbacks as builtIn,
  Input,
  layers,
  Model,
  optimizers,
  setRandomSeed,
  tensor,
  type Tensor,
  type Variable,
} from "../../src/index.ts";
import type { Callback } from "../../src/callbacks/callback.ts";
import type { ModelClass } from "../../src/models/model.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";

/** 22 samples: a last batch that is not full. */
const samples = 22;
export const batchSize = 4;
export const epochs = 3;
export const stepsPerEpoch = 6;

export function data(): { readonly x: Tensor; readonly y: Tensor } {
  return {
    x: tensor(
      Float32Array.from({ length: samples * 3 }, (_, i) => Math.sin(i * 1.7)),
      { shape: [samples, 3] },
    ),
    y: tensor(
      Float32Array.from({ length: samples * 2 }, (_, i) => Math.cos(i * 0.9)),
      { shape: [samples, 2] },
    ),
  };
}

/** Batch normalization has moving averages, dropout a seed that moves on. */
export function makeModel(optimizer: Optimizer | string, metrics: readonly unknown[] = ["mae"]): ModelClass {
  setRandomSeed(11);
  const inputs = Input({ shape: [3] });
  const hidden = layers.BatchNormalization()(layers.Dense(6, { activation: "tanh" })(inputs));
  const noisy = layers.GaussianNoise(0.1)(layers.Dropout(0.3)(hidden));
  const model = Model({ inputs, outputs: layers.Dense(2)(noisy) });
  model.compile({ optimizer, loss: "mse", metrics });
  return model;
}

export const optimizersByName: Readonly<Record<string, () => Optimizer>> = {
  Adadelta: () => optimizers.Adadelta(0.5),
  Adafactor: () => optimizers.Adafactor(0.05),
  Adagrad: () => optimizers.Adagrad(0.1),
  Adam: () => optimizers.Adam({ learningRate: 0.02, amsgrad: true }),
  Adamax: () => optimizers.Adamax(0.02),
  AdamW: () => optimizers.AdamW({ learningRate: 0.02, useEma: true, emaOverwriteFrequency: 4 }),
  Ftrl: () => optimizers.Ftrl(0.1),
  Lamb: () => optimizers.Lamb(0.02),
  Lion: () => optimizers.Lion(0.01),
  LossScaleOptimizer: () =>
    optimizers.LossScaleOptimizer(optimizers.SGD({ learningRate: 0.1, momentum: 0.9 }), {
      initialScale: 64,
      dynamicGrowthSteps: 4,
    }),
  MultiOptimizer: () => {
    const [kernels, others] = [optimizers.Adam(0.02), optimizers.SGD({ learningRate: 0.1, momentum: 0.5 })];
    return optimizers.MultiOptimizer({
      optimizerMap: (variable: Variable) => (variable.name === "kernel" ? kernels : others),
    });
  },
  Muon: () => optimizers.Muon(0.02),
  Nadam: () => optimizers.Nadam(0.02),
  RMSprop: () => optimizers.RMSprop({ learningRate: 0.02, momentum: 0.5, centered: true }),
  ScheduleFreeAdamW: () => optimizers.ScheduleFreeAdamW({ learningRate: 0.02, warmupSteps: 4 }),
  SGD: () =>
    optimizers.SGD({
      learningRate: optimizers.schedules.CosineDecay(0.2, 15),
      momentum: 0.9,
      nesterov: true,
      gradientAccumulationSteps: 3,
    }),
};

/** Throws after so many steps in all. */
export class PowerCut extends builtIn.Callback {
  #left: number;

  constructor(steps: number) {
    super();
    this.#left = steps;
  }

  override onTrainBatchEnd(): void {
    if (--this.#left === 0) throw new Error("power cut");
  }
}

/** Every bit that training changes: weights, states of layers, the optimizer's variables. */
export function bitsOf(model: ModelClass): string[] {
  const variables = [...model.variables, ...(model.optimizer?.variables ?? [])];
  return variables.map((variable, i) => {
    const { buffer, byteOffset, byteLength } = variable.dataSync();
    return `${i} ${Buffer.from(buffer, byteOffset, byteLength).toString("hex")}`;
  });
}

/** Trains; an interruption is no error. */
export async function train(
  model: ModelClass,
  callbacks: readonly Callback[],
  options: Readonly<Record<string, unknown>> = {},
  batches: unknown = null,
): Promise<Readonly<Record<string, readonly number[]>> | null> {
  const { x, y } = data();
  try {
    const given = { epochs, verbose: 0, callbacks, ...options } as const;
    const { history } =
      batches === null
        ? await model.fit(x, y, { batchSize, ...given })
        : await model.fit(batches as Iterable<unknown>, given); // SAFETY: as the tests give it
    return history;
  } catch (error) {
    if (error instanceof Error && error.message === "power cut") return null;
    throw error;
  }
}
