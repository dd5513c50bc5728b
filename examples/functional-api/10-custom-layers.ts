/** A layer of one's own, with configuration, saved and loaded. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Input,
  Layer,
  Model,
  models,
  ops,
  random,
  saving,
  type Shape,
  type Tensor,
  type Variable,
} from "antler";
import { check, difference } from "./support.ts";

class CustomDense extends Layer {
  readonly units: number;
  declare w: Variable;
  declare b: Variable;

  constructor({ units = 32, ...options }: { units?: number; name?: string } = {}) {
    super(options);
    this.units = units;
  }

  override build(inputShape: Shape): void {
    this.w = this.addWeight({
      shape: [inputShape.at(-1) ?? null, this.units],
      initializer: "random_normal",
      name: "w",
    });
    this.b = this.addWeight({ shape: [this.units], initializer: "random_normal", name: "b" });
  }

  override call(inputs: Tensor): unknown {
    return ops.add(ops.matmul(inputs, this.w), this.b);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), units: this.units };
  }
}

const inputs = Input({ shape: [4] });
const outputs = new CustomDense({ units: 10 })(inputs);
const model = Model({ inputs, outputs });

const config = model.getConfig();
const again = Model.fromConfig(config, { customObjects: { CustomDense } });
check(again.countParams() === model.countParams(), "a model is rebuilt from its configuration");

saving.registerKerasSerializable({ package: "guide" })(CustomDense);
const path = join(await mkdtemp(join(tmpdir(), "antler-")), "custom.keras");
await model.save(path);
const loaded = await models.loadModel(path);
const x = random.normal([3, 4], { seed: 2 });
check(difference(model(x), loaded(x)) === 0, "a registered layer is saved and loaded");
