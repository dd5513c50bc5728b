// Models of one's own: what they may override, and with which arguments.
import { Input, layers, Model, ops, type Tensor } from "../../src/index.ts";
import type { Optimizer } from "../../src/index.ts";

/** Options of its own only. */
export class Gan extends Model {
  override compile(options: { generator: Optimizer; discriminator: Optimizer; scale: number }): void {
    super.compile({ optimizer: options.generator });
  }
}

/** Options of its own beside the usual ones. */
export class WithBoth extends Model {
  override compile({ scale, ...rest }: { scale?: number } & Record<string, unknown> = {}): void {
    super.compile(rest);
    void scale;
  }
}

interface Own {
  readonly teacher: Model;
  readonly temperature?: number;
}

export class Distiller extends Model {
  override compile(options: Own): void {
    super.compile({ loss: "mse" });
    void options;
  }
}

/** Arguments of its own by position. */
export class ByPosition extends Model {
  override compile(first: Optimizer, second: Optimizer, loss: (x: Tensor) => Tensor): void {
    super.compile();
    void [first, second, loss];
  }
}

/** Steps take their batch apart by name or in order; losses take what they need. */
export class Steps extends Model {
  override trainStep({ x, y }: { x: Tensor; y: Tensor }): { loss: Tensor } {
    return { loss: this.computeLoss({ y, yPred: x }) };
  }

  override testStep([x, y]: readonly [Tensor, Tensor]): { loss: Tensor } {
    return { loss: this.computeLoss({ y, yPred: x }) };
  }

  override predictStep([x]: [Tensor]): Tensor {
    return x;
  }

  override computeLoss({ y, yPred }: { y: Tensor; yPred: Tensor }): Tensor {
    return ops.mean(ops.subtract(y, yPred));
  }
}

/** Models with several inputs and targets. */
export class Nested extends Model {
  override trainStep({ x, y }: { x: readonly Tensor[]; y: { a: Tensor } }): { loss: Tensor } {
    return { loss: this.computeLoss({ x, y, yPred: this(x) }) };
  }
}

const inputs = Input({ shape: [2] });
const model = Model({ inputs, outputs: layers.Dense(1)(inputs) });
model.compile({ optimizer: "adam", loss: "mse", metrics: "mae" });
model.compile("adam", "mse", { metrics: ["mae"] });
model.compile();
// @ts-expect-error - no such option
model.compile({ optimiser: "adam" });
// @ts-expect-error - no such option, whatever comes after it
new Gan().compile({ generator: null });
new Gan({ inputs, outputs: layers.Dense(1)(inputs) }).trainable = false;

const byName: Record<string, number> = await model.evaluate([[1, 2]], [[1]], 32, { returnDict: true });
const inOrder: number[] = await model.evaluate([[1, 2]], [[1]], 32);
export { byName, inOrder };
