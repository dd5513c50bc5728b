import { Input, type KerasTensor, Layer, layers, Model, models, type Tensor } from "../../src/index.ts";
import { check, type Equal, type Expect } from "./expect.ts";

/* What models give: `predict`, `evaluate`, and calls of classes of one's own. */

const image = Input({ shape: [32, 32, 3] });
const features = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3)(image));
const box = layers.Dense(4)(features);
const label = layers.Dense(10)(features);
const one = Model(image, label);
const named = Model({ inputs: image, outputs: { box, label } });
const listed = Model(image, [box, label]);
const loaded = await models.loadModel("m.keras");

const prediction = await one.predict([]);
const byName = await named.predict([], { verbose: 0 });
const [first, second] = await listed.predictOnBatch([]);
const wide = await loaded.predict([]);
check<
  [
    Expect<Equal<(typeof prediction)["shape"], readonly [number, 10]>>,
    Expect<Equal<(typeof byName.box)["shape"], readonly [number, 4]>>,
    Expect<Equal<(typeof byName.label)["shape"], readonly [number, 10]>>,
    Expect<Equal<(typeof first)["shape"], readonly [number, 4]>>,
    Expect<Equal<(typeof second)["shape"], readonly [number, 10]>>,
    Expect<Equal<typeof wide, Tensor>>,
  ]
>();
// @ts-expect-error -- no such output
void byName.mask;

// The types do not say how many outputs a loaded model has, nor what was compiled: both uses are allowed.
const [maybeFirst] = await loaded.predict([]);
const loss: number = await loaded.evaluate([], []);
const [sameLoss, accuracy] = await loaded.evaluate([], [], { verbose: 0 });
const byMetric = await loaded.evaluate([], { returnDict: true });
check<
  [
    Expect<Equal<typeof maybeFirst, Tensor | undefined>>,
    Expect<Equal<[typeof sameLoss, typeof accuracy], [number | undefined, number | undefined]>>,
    Expect<Equal<typeof loss, number>>,
    Expect<Equal<typeof byMetric, Record<string, number>>>,
  ]
>();

// Any model goes where a model is wanted, and so does any layer.
const anyModel: Model[] = [one, named, loaded];
const anyLayer: Layer[] = [one, layers.Dense(3), layers.LSTM(2)];
check<[Expect<Equal<(typeof anyModel)[0] & (typeof anyLayer)[0], Model & Layer>>]>();

class Attend extends Layer {
  override call(query: Tensor, value: Tensor): unknown {
    return [query, value];
  }
}
class Pair extends Model {
  override call(a: Tensor, b: Tensor): unknown {
    return a.add(b);
  }
}
const [attended] = new Attend()(image, image, { training: true });
const summed = new Pair()(box, label);
check<
  [
    Expect<Equal<NonNullable<typeof attended>["~family"]["symbolic"], true>>,
    Expect<Equal<(typeof summed)["~family"]["symbolic"], true>>,
  ]
>();

// Inputs and outputs in lists and records of unknown size: what they are called on cannot be checked, what they give has names.
const extractor = Model({
  inputs: one.inputs,
  outputs: Object.fromEntries(one.layers.map((layer) => [layer.name, layer.output])),
});
const extracted = extractor(image)["conv2d"];
const record = await extractor.predict([]);
const inner = Model(one.inputs, one.getLayer(1).output);
const innerOutput = inner(image);
check<
  [
    Expect<Equal<typeof extracted, KerasTensor | undefined>>,
    Expect<Equal<typeof record, Readonly<Record<string, Tensor>>>>,
    Expect<Equal<typeof innerOutput, KerasTensor>>,
  ]
>();
