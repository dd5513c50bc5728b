import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation } from "../layers/activation/index.ts";
import { Conv2D, SeparableConv2D } from "../layers/convolutional/index.ts";
import { Add, Concatenate } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D } from "../layers/pooling/index.ts";
import { Cropping2D, ZeroPadding2D } from "../layers/reshaping/index.ts";
import {
  type Application,
  type ApplicationOptions,
  buildApplication,
  chain,
  halvingPads,
  join,
} from "./application.ts";

const norm = (name: string): LayerBase =>
  BatchNormalization({ axis: -1, momentum: 0.9997, epsilon: 1e-3, name });
const convolution = (filters: number, name: string): LayerBase =>
  Conv2D(filters, 1, { padding: "same", useBias: false, kernelInitializer: "he_normal", name });
const average = (size: number, strides: number, padding: "same" | "valid", name: string): LayerBase =>
  AveragePooling2D(size, { strides, padding, name });
const sum = (name: string | undefined, a: KerasTensor, b: KerasTensor): KerasTensor =>
  join(Add({ name }), a, b);

/** Two separable convolutions, each activated before. */
function separable(x: KerasTensor, filters: number, size: number, stride: number, id: string): KerasTensor {
  const active = chain(x, Activation("relu"));
  const padded =
    stride === 1
      ? active
      : chain(active, ZeroPadding2D(halvingPads(active, size), { name: `separable_conv_1_pad_${id}` }));
  return chain(
    padded,
    SeparableConv2D(filters, size, {
      strides: stride,
      padding: stride === 1 ? "same" : "valid",
      useBias: false,
      name: `separable_conv_1_${id}`,
    }),
    norm(`separable_conv_1_bn_${id}`),
    Activation("relu"),
    SeparableConv2D(filters, size, { padding: "same", useBias: false, name: `separable_conv_2_${id}` }),
    norm(`separable_conv_2_bn_${id}`),
  );
}

/** Brings the output of the cell before the last to the size and channels of the last one's. */
function adjust(p: KerasTensor | null, x: KerasTensor, filters: number, id: string): KerasTensor {
  if (p === null) return x;
  if (p.shape.at(-2) !== x.shape.at(-2)) {
    const active = chain(p, Activation("relu", { name: `adjust_relu_1_${id}` }));
    const half = Math.floor(filters / 2);
    const even = chain(
      active,
      average(1, 2, "valid", `adjust_avg_pool_1_${id}`),
      convolution(half, `adjust_conv_1_${id}`),
    );
    const odd = chain(
      active,
      ZeroPadding2D([[0, 1], [0, 1]]),
      Cropping2D([[1, 0], [1, 0]]),
      average(1, 2, "valid", `adjust_avg_pool_2_${id}`),
      convolution(half, `adjust_conv_2_${id}`),
    ); // prettier-ignore
    return chain(join(Concatenate({ axis: -1 }), even, odd), norm(`adjust_bn_${id}`));
  }
  if (p.shape.at(-1) === filters) return p;
  return chain(
    p,
    Activation("relu"),
    convolution(filters, `adjust_conv_projection_${id}`),
    norm(`adjust_bn_${id}`),
  );
}

/** A cell's output, and what the next but one gets: its input. */
type Cells = readonly [last: KerasTensor, before: KerasTensor | null];

/** A cell that keeps the size. */
function normalCell([x, before]: Cells, filters: number, id: string): Cells {
  const p = adjust(before, x, filters, id);
  const h = chain(
    x,
    Activation("relu"),
    convolution(filters, `normal_conv_1_${id}`),
    norm(`normal_bn_1_${id}`),
  );
  const one = sum(
    `normal_add_1_${id}`,
    separable(h, filters, 5, 1, `normal_left1_${id}`),
    separable(p, filters, 3, 1, `normal_right1_${id}`),
  );
  const two = sum(
    `normal_add_2_${id}`,
    separable(p, filters, 5, 1, `normal_left2_${id}`),
    separable(p, filters, 3, 1, `normal_right2_${id}`),
  );
  const three = sum(`normal_add_3_${id}`, chain(h, average(3, 1, "same", `normal_left3_${id}`)), p);
  const four = sum(
    `normal_add_4_${id}`,
    chain(p, average(3, 1, "same", `normal_left4_${id}`)),
    chain(p, average(3, 1, "same", `normal_right4_${id}`)),
  );
  const five = sum(`normal_add_5_${id}`, separable(h, filters, 3, 1, `normal_left5_${id}`), h);
  return [join(Concatenate({ axis: -1, name: `normal_concat_${id}` }), p, one, two, three, four, five), x];
}

/** A cell that halves the size. */
function reductionCell([x, before]: Cells, filters: number, id: string): Cells {
  const p = adjust(before, x, filters, id);
  const h = chain(
    x,
    Activation("relu"),
    convolution(filters, `reduction_conv_1_${id}`),
    norm(`reduction_bn_1_${id}`),
  );
  const padded = chain(h, ZeroPadding2D(halvingPads(h), { name: `reduction_pad_1_${id}` }));
  const maximum = (name: string): LayerBase => MaxPooling2D(3, { strides: 2, padding: "valid", name });
  const one = sum(
    `reduction_add_1_${id}`,
    separable(h, filters, 5, 2, `reduction_left1_${id}`),
    separable(p, filters, 7, 2, `reduction_right1_${id}`),
  );
  const two = sum(
    `reduction_add_2_${id}`,
    chain(padded, maximum(`reduction_left2_${id}`)),
    separable(p, filters, 7, 2, `reduction_right2_${id}`),
  );
  const three = sum(
    `reduction_add3_${id}`,
    chain(padded, average(3, 2, "valid", `reduction_left3_${id}`)),
    separable(p, filters, 5, 2, `reduction_right3_${id}`),
  );
  const four = sum(undefined, two, chain(one, average(3, 1, "same", `reduction_left4_${id}`)));
  const five = sum(
    `reduction_add4_${id}`,
    separable(one, filters, 3, 1, `reduction_left4_${id}`),
    chain(padded, maximum(`reduction_right5_${id}`)),
  );
  return [join(Concatenate({ axis: -1, name: `reduction_concat_${id}` }), two, three, four, five), x];
}

interface Plan {
  readonly name: string;
  readonly file: string;
  readonly size: number;
  readonly blocks: number;
  readonly filters: number;
  readonly stemFilters: number;
  /** Whether the cell after a reduction skips the reduction's own neighbour. */
  readonly skipsReduction: boolean;
  readonly hashes: readonly [string, string];
}

function nasnet({
  name,
  file,
  size,
  blocks,
  filters,
  stemFilters,
  skipsReduction,
  hashes,
}: Plan): Application {
  const features = (x: KerasTensor): KerasTensor => {
    const stem = chain(
      x,
      Conv2D(stemFilters, 3, {
        strides: 2,
        padding: "valid",
        useBias: false,
        kernelInitializer: "he_normal",
        name: "stem_conv1",
      }),
      norm("stem_bn1"),
    );
    let cells: Cells = reductionCell([stem, null], Math.floor(filters / 4), "stem_1");
    cells = reductionCell(cells, Math.floor(filters / 2), "stem_2");
    for (let stage = 0; stage < 3; stage++) {
      const wide = filters * 2 ** stage;
      if (stage > 0) {
        const [reduced, before] = reductionCell(cells, wide, `reduce_${stage * blocks}`);
        cells = [reduced, skipsReduction ? cells[1] : before];
      }
      const first = stage === 0 ? 0 : stage * blocks + 1;
      for (let i = 0; i < blocks; i++) cells = normalCell(cells, wide, `${first + i}`);
    }
    return chain(cells[0], Activation("relu"));
  };
  const build = (options: ApplicationOptions = {}): unknown =>
    buildApplication(options, {
      name,
      size,
      minSize: 32,
      files: {
        base: "https://storage.googleapis.com/tensorflow/keras-applications/nasnet/",
        top: { file: `${file}.h5`, cachedAs: `${name}.h5`, hash: hashes[0] },
        noTop: { file: `${file}-no-top.h5`, cachedAs: `${name}_no_top.h5`, hash: hashes[1] },
      },
      features,
      head: (x) => chain(x, GlobalAveragePooling2D()),
    });
  return build as Application; // SAFETY: fresh weights give a model at once, others a promise
}

/** NASNet for small devices: cells found by search. @see Zoph et al. (2018); Keras `applications/nasnet.py` */
export const NASNetMobile: Application = /* @__PURE__ */ nasnet({
  name: "nasnet_mobile",
  file: "NASNet-mobile",
  size: 224,
  blocks: 4,
  filters: 44,
  stemFilters: 32,
  skipsReduction: false,
  hashes: ["020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"],
});

/** NASNet, large: cells found by search. @see Zoph et al. (2018); Keras `applications/nasnet.py` */
export const NASNetLarge: Application = /* @__PURE__ */ nasnet({
  name: "nasnet_large",
  file: "NASNet-large",
  size: 331,
  blocks: 6,
  filters: 168,
  stemFilters: 96,
  skipsReduction: true,
  hashes: ["11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"],
});
