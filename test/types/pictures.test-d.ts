import {
  type Dataset,
  Input,
  type KerasTensor,
  layers,
  type Tensor,
  tensor,
  utils,
  visualization,
} from "../../src/index.ts";
import { check, type Equal, type Expect } from "./expect.ts";

/* Pictures, sounds and boxes. */

const batches = await utils.audioDatasetFromDirectory("words", { samplingRate: 16_000 });
const lists = await utils.audioDatasetFromDirectory("words", { ragged: true, labels: null });
const [train, validation] = await utils.audioDatasetFromDirectory("words", {
  validationSplit: 0.2,
  subset: "both",
  seed: 1,
  batchSize: null,
});
type ElementOf<D> = D extends Dataset<infer T> ? T : never;
check<
  [
    Expect<Equal<ElementOf<typeof batches>[0], Tensor>>,
    Expect<Equal<ElementOf<typeof lists>, Tensor[]>>,
    Expect<Equal<ElementOf<typeof train>[1], Tensor>>,
    Expect<Equal<typeof train, typeof validation>>,
  ]
>();
// @ts-expect-error -- no such option
void utils.audioDatasetFromDirectory("words", { rate: 16_000 });

const { convertFormat, clipToImageSize, computeIou, decodeDeltasToBoxes } = utils.boundingBoxes;
const boxes = tensor([[1, 2, 3, 4]]);
const converted = convertFormat(boxes, "xyxy", "rel_xywh", 10, 20);
const whole = convertFormat({ boxes, labels: [1] }, { source: "xyxy", target: "xywh" });
const symbolic = convertFormat(Input({ shape: [3, 4] }), "xyxy", "xywh");
const clipped = clipToImageSize({ boxes, labels: [1], scores: [0.5] }, 10, 20);
const alone = clipToImageSize({ boxes }, { boundingBoxFormat: "rel_xyxy" });
const iou = computeIou(boxes, [[1, 2, 3, 4]], "xyxy", { useMasking: true });
const levels = decodeDeltasToBoxes({ P3: boxes }, { P3: boxes }, "xyxy", "xyxy");
check<
  [
    Expect<Equal<typeof converted, Tensor>>,
    Expect<Equal<typeof whole, { labels: number[] } & { readonly boxes: Tensor }>>,
    Expect<Equal<typeof symbolic, KerasTensor>>,
    Expect<Equal<(typeof clipped)["labels"], Tensor>>,
    Expect<Equal<(typeof clipped)["scores"], number[]>>,
    Expect<Equal<typeof iou, Tensor>>,
    Expect<Equal<(typeof levels)["P3"], Tensor>>,
  ]
>();
void alone.boxes;
// @ts-expect-error -- there were no labels
void alone.labels;
// @ts-expect-error -- no such format
convertFormat(boxes, "xyxy", "xyzw");
// @ts-expect-error -- no such format
layers.RandomFlip({ boundingBoxFormat: "corners" });

const drawn = visualization.drawBoundingBoxes(boxes, { boxes, labels: [[1]] }, "xyxy", {
  classMapping: { 1: "cat" },
});
const gallery = visualization.plotImageGallery(boxes, { labelMap: new Map([[1, "cat"]]), path: "a.png" });
check<[Expect<Equal<typeof drawn, Promise<Tensor>>>, Expect<Equal<typeof gallery, Promise<Uint8Array>>>]>();
// @ts-expect-error -- the number of classes is missing
void visualization.plotSegmentationMaskGallery(boxes);
// @ts-expect-error -- no such option
void visualization.plotBoundingBoxGallery(boxes, "xyxy", { yTru: null });
