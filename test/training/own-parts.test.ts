import { describe, expect, it } from "vitest";
import {
  callbacks,
  constraints,
  Initializer,
  initializers,
  Input,
  layers,
  losses,
  Metric,
  metrics,
  Model,
  models,
  ops,
  optimizers,
  regularizers,
  setRandomSeed,
  type Tensor,
  utils,
  Variable,
} from "../../src/index.ts";

const x = ops.ones([4, 3]);
const y = ops.zeros([4, 2]);

function model(options: object = {}): Model {
  setRandomSeed(1);
  const inputs = Input({ shape: [3] });
  const made = Model({ inputs, outputs: layers.Dense(2)(inputs) });
  made.compile({ optimizer: "sgd", loss: "mse", ...options });
  return made as Model; // SAFETY: typed wide
}

describe("parts of one's own", () => {
  it("compute in call: initializers, regularizers, constraints", () => {
    class Fours extends Initializer {
      override call(shape: readonly number[]): Tensor {
        return ops.full(shape, 4);
      }
    }
    class Sum extends regularizers.Regularizer {
      override call(weight: Tensor): Tensor {
        return ops.sum(ops.abs(weight));
      }
    }
    class Positive extends constraints.Constraint {
      override call(weight: Tensor): Tensor {
        return ops.relu(weight);
      }
    }
    expect(new Fours()([2]).arraySync()).toEqual([4, 4]);
    const layer = layers.Dense(1, {
      kernelInitializer: new Fours(),
      kernelRegularizer: new Sum(),
      kernelConstraint: new Positive(),
    });
    layer(ops.ones([1, 2]));
    expect(layer.losses.map((loss) => loss.arraySync())).toEqual([8]);
    expect(new Positive()([-1, 1]).arraySync()).toEqual([0, 1]);
  });

  it("extend built-in ones", () => {
    class Doubled extends losses.MeanSquaredError {
      override call(yTrue: Tensor, yPred: Tensor): Tensor {
        return super.call(yTrue, yPred).multiply(2);
      }
    }
    class Plain extends losses.MeanSquaredError {}
    class Fixed extends initializers.HeNormal {}
    expect(new Doubled()([[0]], [[3]]).arraySync()).toBe(18);
    expect(new Plain()([[0]], [[3]]).arraySync()).toBe(9);
    expect(new Fixed({ seed: 1 })([2]).shape).toEqual([2]);
  });

  it("make weights of metrics as layers do", () => {
    class Total extends Metric {
      readonly total: Variable = this.addWeight({ name: "total", initializer: "zeros" });
      override updateState(yTrue: Tensor): void {
        this.total.assignAdd(ops.sum(yTrue));
      }
      override result(): Tensor {
        return this.total.value;
      }
    }
    const metric = new Total();
    metric.updateState(ops.ones([3]));
    expect(metric.result().arraySync()).toBe(3);
    expect(metric.variables).toHaveLength(1);
  });

  it("make slots of optimizers by name", () => {
    class Momentum extends optimizers.Optimizer {
      #slots: readonly Variable[] = [];
      override build(variables: readonly Variable[]): void {
        super.build(variables);
        this.#slots = variables.map((v) =>
          this.addVariableFromReference(v, { name: "m", initializer: "ones" }),
        );
      }
      override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
        const [slot] = this.#slots;
        variable.assignSub(ops.multiply(gradient.multiply(learningRate), slot ?? 0));
      }
    }
    const optimizer = new Momentum({ learningRate: 0.5 });
    const variable = new Variable([1], { name: "v" });
    optimizer.apply([[1]], [variable]);
    expect(variable.value.arraySync()).toEqual([0.5]);
    expect(optimizer.variables.map(({ name }) => name)).toContain("v_m");
    expect([optimizer.learningRate.value.item(), optimizer.iterations.value.item()]).toEqual([0.5, 1]);
  });
});

describe("options of calls", () => {
  it("of losses and metrics are known by name", () => {
    const misspelt = { sampleweight: [1] } as object;
    const message = /unknown option `sampleweight`\. Did you mean `sampleWeight`\?/;
    expect(() => losses.MeanSquaredError()([[1]], [[2]], misspelt)).toThrow(message);
    expect(() => metrics.MeanSquaredError().updateState([[1]], [[2]], misspelt)).toThrow(message);
    expect(() => metrics.Mean().updateState([1], misspelt)).toThrow(message);
  });

  it("are listed once", () => {
    let text = "";
    try {
      layers.Dense({ unit: 3 } as never);
    } catch (error) {
      text = String(error);
    }
    expect(text.match(/activityRegularizer/g)).toHaveLength(1);
  });

  it("say how pictures run", () => {
    expect(() => utils.modelToDot(model(), { rankdir: "XX" as never })).toThrow(/`rankdir`.*"TB", "LR"/);
  });
});

describe("callbacks that watch a number", () => {
  it("name themselves, what there is, and the nearest", async () => {
    const options = { verbose: 0, validationData: [x, y] } as const;
    for (const make of [callbacks.EarlyStopping, callbacks.ReduceLROnPlateau]) {
      const watching = make({ monitor: "val_los" });
      await expect(model().fit(x, y, { ...options, callbacks: [watching] })).rejects.toThrow(
        /^(EarlyStopping|ReduceLROnPlateau): .*`val_los`.*There are: loss, .*val_loss.*Did you mean `val_loss`\?/,
      );
    }
  });
});

describe("validation data", () => {
  it("may be a list of batches", async () => {
    const one = model();
    const { history } = await one.fit(x, y, {
      verbose: 0,
      epochs: 1,
      validationData: [
        [x, y],
        [x, y],
      ],
    });
    expect(history.val_loss).toHaveLength(1);
  });

  it("is inputs and targets where the model has several", async () => {
    const inputs = [Input({ shape: [3] }), Input({ shape: [3] })] as const;
    const sum = layers.add([...inputs]);
    const both = Model({ inputs, outputs: [layers.Dense(2)(sum), layers.Dense(2)(sum)] });
    both.compile({ optimizer: "sgd", loss: "mse" });
    const validationData = [
      [x, x],
      [y, y],
    ];
    const { history } = await both.fit([x, x], [y, y], { verbose: 0, validationData });
    expect(history.val_loss).toHaveLength(1);
  });
});

describe("clones", () => {
  it("are made by functions of layers", () => {
    const cloneFunction = (layer: layers.Layer): layers.Layer =>
      layer instanceof layers.Dense ? layers.Dense(5, { name: "other" }) : layer;
    const clone = models.cloneModel(model(), { cloneFunction });
    expect(clone.outputShape).toEqual([null, 5]);
  });
});
