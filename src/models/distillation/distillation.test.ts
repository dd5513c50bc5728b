import { beforeEach, describe, expect, it } from "vitest";
import * as antler from "../../index.ts";

const { distillation, layers, losses, ops } = antler;
const { Distiller, FeatureDistillation, LogitsDistillation } = distillation;

const teacherLogits = [
  [1, 2, 3],
  [4, 5, 7],
];
const studentLogits = [
  [2, 1, 4],
  [3, 6, 2],
];

const softmax = (row: readonly number[], temperature: number): number[] => {
  const exps = row.map((x) => Math.exp(x / temperature));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((x) => x / sum);
};

/** T² · mean KL(teacher ‖ student) by its formula. */
const divergence = (temperature: number): number => {
  const rows = teacherLogits.map((row, i) => {
    const [t, s] = [softmax(row, temperature), softmax(studentLogits[i] ?? [], temperature)];
    return t.reduce((sum, p, k) => sum + p * Math.log(p / (s[k] ?? 1)), 0);
  });
  return (temperature ** 2 * rows.reduce((a, b) => a + b, 0)) / rows.length;
};

const scalar = (value: antler.Tensor): number => value.arraySync() as unknown as number;
const [teacherTensor, studentTensor] = [antler.tensor(teacherLogits), antler.tensor(studentLogits)];

describe("LogitsDistillation", () => {
  it.each([
    ["the default", LogitsDistillation(), 3],
    ["a name", LogitsDistillation(2, "kl_divergence"), 2],
    ["an object", LogitsDistillation({ temperature: 5, loss: losses.KLDivergence() }), 5],
  ])("takes the divergence of softened probabilities, for %s", (_, loss, temperature) => {
    expect(scalar(loss.computeLoss(teacherTensor, studentTensor))).toBeCloseTo(divergence(temperature), 5);
  });

  it("gives other losses the softened logits", () => {
    const squares = teacherLogits.flatMap((row, i) =>
      row.map((x, k) => ((x - (studentLogits[i]?.[k] ?? 0)) / 2) ** 2),
    );
    const expected = squares.reduce((a, b) => a + b, 0) / squares.length;
    expect(scalar(LogitsDistillation(2, "mse").computeLoss(teacherTensor, studentTensor))).toBeCloseTo(
      expected,
      5,
    );
  });

  it("sums losses of several outputs, and leaves out those without one", () => {
    const loss = LogitsDistillation({ loss: { a: "kl_divergence", b: null, c: "kl_divergence" } });
    const of = (x: antler.Tensor) => ({ a: x, b: x, c: x });
    expect(scalar(loss.computeLoss(of(teacherTensor), of(studentTensor)))).toBeCloseTo(2 * divergence(3), 5);
    expect(() => loss.computeLoss(teacherTensor, studentTensor)).toThrow(/losses nested as the outputs/);
  });

  it("refuses temperatures that are not above 0, unknown losses, and none", () => {
    expect(() => LogitsDistillation(0)).toThrow(/above 0, received 0/);
    expect(() => LogitsDistillation({ loss: "kl_divergance" })).toThrow(/kl_divergence/);
    expect(() => LogitsDistillation({ loss: [null, null] })).toThrow(/at least one loss/);
    // @ts-expect-error an unknown option
    expect(() => LogitsDistillation({ temprature: 3 })).toThrow(/temperature/);
  });
});

describe("FeatureDistillation", () => {
  it("is the mean of a loss", () => {
    const absolute = teacherLogits.flatMap((row, i) =>
      row.map((x, k) => Math.abs(x - (studentLogits[i]?.[k] ?? 0))),
    );
    const expected = absolute.reduce((a, b) => a + b, 0) / absolute.length;
    const loss = FeatureDistillation({ loss: losses.MeanAbsoluteError() });
    expect(scalar(loss.computeLoss(teacherTensor, studentTensor))).toBeCloseTo(expected, 5);
  });

  it("refuses layers that the models do not have, and models without a graph", () => {
    const { teacher, student } = pair();
    const make = (loss: antler.distillation.DistillationLossConstructor["prototype"]) => () =>
      Distiller(teacher, student, loss);
    expect(make(FeatureDistillation("mse", "teacher_hiden"))).toThrow(/teacher_hidden/);
    class Own extends antler.Model {
      override call(x: antler.Tensor): unknown {
        return student(x);
      }
    }
    const own = new Own();
    expect(() => Distiller(teacher, own, FeatureDistillation("mse", null, "student_hidden"))).toThrow(
      /studentLayerName/,
    );
  });
});

function pair(): { teacher: antler.Model; student: antler.Model } {
  const network = (name: string, units: number): antler.Model => {
    const inputs = antler.Input({ shape: [5] });
    const hidden = layers.Dense(6, { activation: "tanh", name: `${name}_hidden` })(
      layers.Dense(units, { activation: "relu" })(inputs),
    );
    return antler.Model({
      inputs,
      outputs: layers.Dense(3, { name: `${name}_output` })(hidden),
      name,
    }) as unknown as antler.Model;
  };
  return { teacher: network("teacher", 16), student: network("student", 4) };
}

const x = antler.tensor(
  Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * 1.3)),
  { shape: [12, 5] },
);
const y = antler.tensor(
  Int32Array.from({ length: 12 }, (_, i) => i % 3),
  { shape: [12] },
);

describe("Distiller", () => {
  beforeEach(() => antler.setRandomSeed(11));
  const byLabels = losses.SparseCategoricalCrossentropy({ fromLogits: true });

  it("adds its losses up as it says", async () => {
    const { teacher, student } = pair();
    const feature = FeatureDistillation("mse", "teacher_hidden", "student_hidden");
    const logits = LogitsDistillation(2);
    const distiller = Distiller(teacher, student, [logits, feature], {
      distillationLossWeights: [0.7, 3],
      studentLossWeight: 0.25,
    });
    distiller.compile({ optimizer: "adam", loss: byLabels, metrics: ["accuracy"] });
    const hidden = (model: antler.Model, name: string): antler.Tensor =>
      antler.Model({ inputs: model.input, outputs: model.getLayer(`${name}_hidden`).output })(
        x,
      ) as antler.Tensor;
    const student_loss = scalar(byLabels(y, student(x) as antler.Tensor));
    const ofLogits = scalar(logits.computeLoss(teacher(x) as antler.Tensor, student(x) as antler.Tensor));
    const ofFeatures = scalar(feature.computeLoss(hidden(teacher, "teacher"), hidden(student, "student")));
    const distillation_loss = 0.7 * ofLogits + 3 * ofFeatures;
    const total_loss = 0.25 * student_loss + 0.75 * distillation_loss;
    const logs = await distiller.evaluate(x, y, { returnDict: true, verbose: 0, batchSize: 12 });
    expect(Object.keys(logs).toSorted()).toEqual([
      "accuracy",
      "distillation_loss",
      "loss",
      "student_loss",
      "total_loss",
    ]);
    const expected = { loss: total_loss, student_loss, distillation_loss, total_loss };
    for (const [name, value] of Object.entries(expected)) expect(logs[name], name).toBeCloseTo(value, 4);
    expect(((await distiller.predict(x, { verbose: 0 })).arraySync() as number[][])[0]).toEqual(
      ((await student.predict(x, { verbose: 0 })).arraySync() as number[][])[0],
    );
  });

  it("trains the student towards the teacher, and the teacher not at all", async () => {
    const { teacher, student } = pair();
    const distiller = Distiller({
      teacher,
      student,
      distillationLosses: LogitsDistillation({ temperature: 2 }),
      studentLossWeight: 0,
      name: "small",
    });
    distiller.compile({ optimizer: antler.optimizers.Adam(0.03), loss: byLabels });
    const before = teacher.getWeights().map((weight) => weight.dataSync());
    const { history } = await distiller.fit(x, y, {
      epochs: 60,
      batchSize: 6,
      verbose: 0,
      validationData: [x, y],
    });
    expect(distiller.name).toBe("small");
    expect(teacher.trainable).toBe(false);
    expect(teacher.getWeights().map((weight) => weight.dataSync())).toEqual(before);
    const learnt = history["val_distillation_loss"] ?? [];
    expect(learnt.at(-1)).toBeLessThan((learnt[0] ?? 0) * 0.2);
    expect(history["student_loss"]?.every((value) => value === 0)).toBe(true);
    expect(distiller.trainableWeights).toEqual(student.trainableWeights);
  });

  it("weights the loss by the labels with sample weights", async () => {
    const { teacher, student } = pair();
    const distiller = Distiller(teacher, student, LogitsDistillation(), { studentLossWeight: 1 });
    distiller.compile({ loss: "sparse_categorical_crossentropy" });
    const weights = antler.tensor(
      Float32Array.from({ length: 12 }, (_, i) => i % 2),
      { shape: [12] },
    );
    const full = await distiller.testOnBatch(x, y, { returnDict: true });
    distiller.resetMetrics();
    const odd = await distiller.testOnBatch(x, y, { sampleWeight: weights, returnDict: true });
    const each = Array.from(
      losses.sparseCategoricalCrossentropy(y, student(x) as antler.Tensor).dataSync(),
      Number,
    );
    const sum = (from: number): number =>
      each.reduce((total, value, i) => (i % 2 >= from ? total + value : total), 0);
    expect(full["total_loss"]).toBeCloseTo(sum(0) / 12, 4);
    expect(odd["total_loss"]).toBeCloseTo(sum(1) / 12, 4);
  });

  it("takes losses of one's own", async () => {
    class Distance extends distillation.DistillationLoss {
      override computeLoss(teacher: antler.Tensor, student: antler.Tensor): antler.Tensor {
        return ops.max(ops.abs(ops.subtract(teacher, student))) as antler.Tensor;
      }
    }
    const { teacher, student } = pair();
    const distiller = Distiller(teacher, student, new Distance(), { studentLossWeight: 0 });
    distiller.compile({ loss: byLabels });
    const { total_loss: total } = await distiller.testOnBatch(x, y, { returnDict: true });
    const apart = ops.max(ops.abs(ops.subtract(teacher(x) as antler.Tensor, student(x) as antler.Tensor)));
    expect(total).toBeCloseTo(scalar(apart as antler.Tensor), 5);
    class Each extends distillation.DistillationLoss {
      override computeLoss(teacher: antler.Tensor): antler.Tensor {
        return teacher;
      }
    }
    const wrong = Distiller(teacher, student, new Each());
    wrong.compile({ loss: byLabels });
    await expect(wrong.testOnBatch(x, y)).rejects.toThrow(
      /Each.computeLoss to give a scalar, received \[12, 3\]/,
    );
  });

  it.each([
    ["logits", () => LogitsDistillation(2, losses.KLDivergence())],
    [
      "features",
      () => [FeatureDistillation("mse", "teacher_hidden", "student_hidden"), LogitsDistillation(4)],
    ],
  ] as const)("is saved and loaded, with %s", async (_, make) => {
    const { teacher, student } = pair();
    const distiller = Distiller(teacher, student, make(), { studentLossWeight: 0.25 });
    distiller.compile({ optimizer: "sgd", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    await distiller.fit(x, y, { verbose: 0 });
    const read = await antler.models.loadModel(antler.saving.modelToBytes(distiller));
    expect(read).toBeInstanceOf(Distiller);
    expect(antler.layers.serialize(read)).toEqual(antler.layers.serialize(distiller));
    const options = { returnDict: true, verbose: 0, batchSize: 12 } as const;
    expect(await read.evaluate(x, y, options)).toEqual(await distiller.evaluate(x, y, options));
  });

  it("trains models with a call of their own", async () => {
    class Own extends antler.Model {
      readonly hidden: antler.Layer;
      readonly last: antler.Layer;

      constructor(units: number) {
        super();
        this.hidden = layers.Dense(units, { activation: "relu" });
        this.last = layers.Dense(3);
      }

      override call(inputs: antler.Tensor): unknown {
        return this.last(this.hidden(inputs));
      }
    }
    const [teacher, student] = [new Own(16), new Own(4)];
    const distiller = Distiller(teacher, student, LogitsDistillation(), { studentLossWeight: 0.5 });
    distiller.compile({ optimizer: antler.optimizers.Adam(0.05), loss: byLabels });
    const { history } = await distiller.fit(x, y, { epochs: 20, verbose: 0 });
    expect(history["total_loss"]?.at(-1)).toBeLessThan((history["total_loss"]?.[0] ?? 0) * 0.8);
    expect(distiller.trainableWeights).toHaveLength(4);
    expect(distiller.weights).toHaveLength(8);
  });

  it("trains several outputs, by name", async () => {
    const network = (units: number): antler.Model => {
      const inputs = antler.Input({ shape: [5] });
      const hidden = layers.Dense(units, { activation: "relu" })(inputs);
      const outputs = { kind: layers.Dense(3)(hidden), size: layers.Dense(1)(hidden) };
      return antler.Model({ inputs, outputs }) as unknown as antler.Model;
    };
    const distiller = Distiller(
      network(12),
      network(4),
      [
        LogitsDistillation({ loss: { kind: "kl_divergence", size: null } }),
        FeatureDistillation({ loss: { kind: null, size: "mae" } }),
      ],
      { distillationLossWeights: [1, 2] },
    );
    distiller.compile({ optimizer: antler.optimizers.Adam(0.05), loss: { kind: byLabels, size: "mse" } });
    const targets = { kind: y, size: ops.reshape(ops.cast(y, "float32"), [12, 1]) };
    const { history } = await distiller.fit(x, targets, { epochs: 20, verbose: 0 });
    for (const name of ["total_loss", "distillation_loss"])
      expect(history[name]?.at(-1), name).toBeLessThan((history[name]?.[0] ?? 0) * 0.9);
  });

  it("reads losses as Keras writes them", () => {
    const named = {
      module: "keras.losses",
      class_name: "function",
      config: "kl_divergence",
      registered_name: "kl_divergence",
    };
    const read = antler.saving.deserializeKerasObject({
      module: "keras.distillation",
      class_name: "LogitsDistillation",
      config: { temperature: 2, loss: named },
      registered_name: null,
    }) as antler.distillation.DistillationLossConstructor["prototype"];
    expect(scalar(read.computeLoss(teacherTensor, studentTensor))).toBeCloseTo(divergence(2), 5);
  });

  it("refuses what does not fit", () => {
    const { teacher, student } = pair();
    const loss = LogitsDistillation();
    // @ts-expect-error no model
    expect(() => Distiller("teacher", student, loss)).toThrow(/teacher to be a model/);
    // @ts-expect-error no loss
    expect(() => Distiller(teacher, student)).toThrow(/distillationLosses. is missing/);
    expect(() => Distiller(teacher, student, [])).toThrow(/array of them/);
    expect(() => Distiller(teacher, student, [loss, loss], { distillationLossWeights: [1] })).toThrow(
      /numbers.*2/,
    );
    expect(() => Distiller(teacher, student, loss, { studentLossWeight: 1.5 })).toThrow(/from 0 to 1/);
    const other = antler.Sequential([antler.Input({ shape: [5] }), layers.Dense(4)]);
    expect(() => Distiller(teacher, other, loss)).toThrow(
      /outputs of the student.*\[null, 3\], received \[null, 4\]/,
    );
    const distiller = Distiller(teacher, student, loss);
    expect(() => distiller.compile({ optimizer: "adam" })).toThrow(/expected a loss/);
    expect(() => distiller.compile({ loss: "mse", metrics: "accuracy" })).toThrow(/array/);
  });
});
