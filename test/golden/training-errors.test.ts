import { expect, it } from "vitest";
import { antlerErrorOf } from "../support/error-of.ts";
import {
  AntlerError,
  callbacks,
  config,
  initializers,
  Input,
  layers,
  losses,
  metrics,
  Model,
  ops,
  optimizers,
  Sequential,
  Variable,
} from "../../src/index.ts";
import { describeGolden, readGoldenJson } from "../support/golden.ts";

interface GoldenError {
  readonly id: string;
  readonly code: string;
  readonly no_error?: boolean;
}

type SmallModel = ReturnType<typeof Sequential>;
const zeros = (...shape: readonly number[]): never => ops.zeros(shape) as never; // SAFETY: mistakes are made on purpose
const small = (units = 2, activation: string | null = null): SmallModel =>
  Sequential([Input({ shape: [3] }), layers.Dense(units, { activation: activation as never })]);

/** Compiles a small model and fits it to zeros of a shape. */
async function fit(
  compile: readonly unknown[],
  y: unknown,
  options: object = {},
  model: SmallModel = small(),
): Promise<unknown> {
  (model.compile as (...args: readonly unknown[]) => void).call(model, ...compile);
  return model.fit(zeros(4, 3), y, { verbose: 0, ...options });
}

function twoHeads(compile: readonly unknown[]): Promise<unknown> {
  const input = Input({ shape: [3] });
  const model = Model(input, [layers.Dense(2)(input), layers.Dense(1)(input)]);
  (model.compile as (...args: readonly unknown[]) => void).call(model, ...compile);
  return model.fit(zeros(4, 3), [zeros(4, 2), zeros(4, 1)], { verbose: 0 });
}

/** The mistakes of training in TypeScript, by the corpus's names. */
const mistakes: Readonly<Record<string, () => unknown>> = {
  fit_not_compiled: () => small().fit(zeros(4, 3), zeros(4, 2)),
  fit_no_loss: () => fit(["sgd"], zeros(4, 2)),
  unknown_loss: () => fit(["sgd", "foo"], zeros(4, 2)),
  loss_get_int: () => losses.get(3 as never),
  unknown_metric: () => fit(["sgd", "mse", { metrics: ["foo"] }], zeros(4, 2)),
  optimizer_get_int: () => optimizers.get(3 as never),
  metrics_not_list: () => fit(["sgd", "mse", { metrics: "accuracy" }], zeros(4, 2)),
  loss_list_wrong_len: () => twoHeads(["sgd", ["mse", "mse", "mse"]]),
  metrics_wrong_len: () => twoHeads(["sgd", ["mse", "mse"], { metrics: ["mae"] }]),
  wrong_target_shape_mse: () => fit(["sgd", "mse"], zeros(4, 5)),
  wrong_target_shape_cce: () =>
    fit(["sgd", "categorical_crossentropy"], zeros(4, 5), {}, small(2, "softmax")),
  int_target_cce: () => fit(["sgd", "categorical_crossentropy"], new Int32Array(4), {}, small(2, "softmax")),
  onehot_target_scce: () =>
    fit(["sgd", "sparse_categorical_crossentropy"], zeros(4, 2), {}, small(2, "softmax")),
  wrong_target_shape_bce: () => fit(["sgd", "binary_crossentropy"], zeros(4, 2), {}, small(1, "sigmoid")),
  missing_target: () => fit(["sgd", "mse"], undefined),
  sw_cardinality: () => fit(["sgd", "mse"], zeros(4, 2), { sampleWeight: zeros(3) }),
  fit_x_none: () => {
    const model = small();
    model.compile("sgd", "mse");
    return model.fit(undefined, undefined, { verbose: 0 });
  },
  fit_bad_x_type: () => {
    const model = small();
    model.compile("sgd", "mse");
    return model.fit("abc", zeros(4, 2), { verbose: 0 });
  },
  validation_split_1: () => fit(["sgd", "mse"], zeros(4, 2), { validationSplit: 1 }),
  validation_split_empty: () => {
    const model = small();
    model.compile("sgd", "mse");
    return model.fit(zeros(1, 3), zeros(1, 2), { validationSplit: 0.1, verbose: 0 });
  },
  batch_size_with_generator: () => {
    const model = small();
    model.compile("sgd", "mse");
    const endless = function* (): Generator<unknown> {
      for (;;) yield [zeros(2, 3), zeros(2, 2)];
    };
    return model.fit(endless(), { batchSize: 2, stepsPerEpoch: 1, verbose: 0 });
  },
  checkpoint_bad_path: () => callbacks.ModelCheckpoint("foo.txt"),
  checkpoint_weights_bad_path: () => callbacks.ModelCheckpoint("foo.keras", { saveWeightsOnly: true }),
  reduce_lr_factor: () => callbacks.ReduceLROnPlateau({ factor: 1.5 }),
  lr_scheduler_bad_return: () =>
    fit(["sgd", "mse"], zeros(4, 2), { callbacks: [callbacks.LearningRateScheduler((() => "a") as never)] }),
  optimizer_two_clips: () => optimizers.Adam({ clipnorm: 1, clipvalue: 1 }),
  optimizer_lr_kwarg: () => optimizers.Adam({ lr: 1e-3 } as never),
  apply_none_grads: () => optimizers.SGD().apply([null], [new Variable([0, 0], { name: "a" })]),
  loss_bad_reduction: () => losses.MeanSquaredError({ reduction: "foo" as never }),
  mse_shape_mismatch: () => losses.MeanSquaredError()(zeros(2, 3), zeros(2, 4)),
  precision_bad_threshold: () => metrics.Precision({ thresholds: 1.5 }),
  f1_bad_average: () => metrics.F1Score({ average: "foo" as never }),
  meaniou_missing: () => (metrics.MeanIoU as unknown as () => unknown)(),
  initializer_get_int: () => initializers.get("foo"),
  policy_bad: () => config.setDtypePolicy("foo"),
};

describeGolden("mistakes that Keras tells", () => {
  const { cases } = readGoldenJson<{ readonly cases: readonly GoldenError[] }>("errors.json");

  it.each(cases.filter(({ id }) => id in mistakes).map((one) => [one.id, one] as const))(
    "%s",
    async (id, { no_error: isFine }) => {
      const error = await antlerErrorOf(() => mistakes[id]?.());
      if (isFine === true) expect(error).toBeNull();
      else {
        expect(error).toBeInstanceOf(AntlerError);
        expect((error as AntlerError).message.length).toBeGreaterThan(20);
      }
    },
  );

  it("are all in the corpus", () => {
    const known = new Set(cases.map(({ id }) => id));
    expect(Object.keys(mistakes).filter((id) => !known.has(id))).toEqual([]);
  });
});
