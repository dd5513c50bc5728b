import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation } from "../layers/activation/index.ts";
import { Conv2D } from "../layers/convolutional/index.ts";
import { Add } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D, MaxPooling2D } from "../layers/pooling/index.ts";
import { ZeroPadding2D } from "../layers/reshaping/index.ts";
import {
  type Application,
  type ApplicationOptions,
  buildApplication,
  chain,
  type WeightFiles,
} from "./application.ts";

const norm = (name: string): LayerBase => BatchNormalization({ axis: 3, epsilon: 1.001e-5, name });
const relu = (name: string): LayerBase => Activation("relu", { name });
const join = (name: string, a: KerasTensor, b: KerasTensor): KerasTensor =>
  Add({ name }).invoke([a, b]) as KerasTensor; // SAFETY: symbolic in, symbolic out

/** A bottleneck of version 1: convolution, normalization, activation; normalised after the sum. */
function blockV1(
  x: KerasTensor,
  filters: number,
  stride: number,
  hasConvolution: boolean,
  name: string,
): KerasTensor {
  const shortcut = hasConvolution
    ? chain(x, Conv2D(4 * filters, 1, { strides: stride, name: `${name}_0_conv` }), norm(`${name}_0_bn`))
    : x;
  const y = chain(
    x,
    Conv2D(filters, 1, { strides: stride, name: `${name}_1_conv` }),
    norm(`${name}_1_bn`),
    relu(`${name}_1_relu`),
    Conv2D(filters, 3, { padding: "same", name: `${name}_2_conv` }),
    norm(`${name}_2_bn`),
    relu(`${name}_2_relu`),
    Conv2D(4 * filters, 1, { name: `${name}_3_conv` }),
    norm(`${name}_3_bn`),
  );
  return chain(join(`${name}_add`, shortcut, y), relu(`${name}_out`));
}

/** A bottleneck of version 2: normalised and activated before each convolution. */
function blockV2(
  x: KerasTensor,
  filters: number,
  stride: number,
  hasConvolution: boolean,
  name: string,
): KerasTensor {
  const active = chain(x, norm(`${name}_preact_bn`), relu(`${name}_preact_relu`));
  const shortcut = hasConvolution
    ? chain(active, Conv2D(4 * filters, 1, { strides: stride, name: `${name}_0_conv` }))
    : stride > 1
      ? chain(x, MaxPooling2D(1, { strides: stride }))
      : x;
  const y = chain(
    active,
    Conv2D(filters, 1, { strides: 1, useBias: false, name: `${name}_1_conv` }),
    norm(`${name}_1_bn`),
    relu(`${name}_1_relu`),
    ZeroPadding2D(
      [
        [1, 1],
        [1, 1],
      ],
      { name: `${name}_2_pad` },
    ),
    Conv2D(filters, 3, { strides: stride, useBias: false, name: `${name}_2_conv` }),
    norm(`${name}_2_bn`),
    relu(`${name}_2_relu`),
    Conv2D(4 * filters, 1, { name: `${name}_3_conv` }),
  );
  return join(`${name}_out`, shortcut, y);
}

function stack(
  x: KerasTensor,
  filters: number,
  blocks: number,
  isV2: boolean,
  stride: number,
  name: string,
): KerasTensor {
  let y = x;
  for (let i = 1; i <= blocks; i++) {
    const block = `${name}_block${i}`;
    y = isV2
      ? blockV2(y, filters, i === blocks ? stride : 1, i === 1, block)
      : blockV1(y, filters, i === 1 ? stride : 1, i === 1, block);
  }
  return y;
}

function resnet(
  name: string,
  depths: readonly [number, number, number, number],
  isV2: boolean,
  hashes: readonly [string, string],
): Application {
  const file = (suffix: string): string => `${name}_weights_tf_dim_ordering_tf_kernels${suffix}.h5`;
  const files: WeightFiles = {
    base: "https://storage.googleapis.com/tensorflow/keras-applications/resnet/",
    top: { file: file(""), hash: hashes[0] },
    noTop: { file: file("_notop"), hash: hashes[1] },
  };
  // Version 2 halves the size at the end of a stack, version 1 at its beginning.
  const strides = isV2 ? [2, 2, 2, 1] : [1, 2, 2, 2];
  const features = (x: KerasTensor): KerasTensor => {
    const padded = chain(
      x,
      ZeroPadding2D(
        [
          [3, 3],
          [3, 3],
        ],
        { name: "conv1_pad" },
      ),
      Conv2D(64, 7, { strides: 2, useBias: true, name: "conv1_conv" }),
    );
    const started = isV2 ? padded : chain(padded, norm("conv1_bn"), relu("conv1_relu"));
    const pooled = chain(
      started,
      ZeroPadding2D(
        [
          [1, 1],
          [1, 1],
        ],
        { name: "pool1_pad" },
      ),
      MaxPooling2D(3, { strides: 2, name: "pool1_pool" }),
    );
    const stacked = depths.reduce(
      (y, depth, i) => stack(y, 64 * 2 ** i, depth, isV2, strides[i] ?? 2, `conv${i + 2}`),
      pooled,
    );
    return isV2 ? chain(stacked, norm("post_bn"), relu("post_relu")) : stacked;
  };
  const head = (x: KerasTensor): KerasTensor => chain(x, GlobalAveragePooling2D({ name: "avg_pool" }));
  const build = (options: ApplicationOptions = {}): unknown =>
    buildApplication(options, {
      name,
      minSize: 32,
      files,
      features,
      head,
      poolingNames: { avg: "avg_pool", max: "max_pool" },
    });
  return build as Application; // SAFETY: fresh weights give a model at once, others a promise
}

/** ResNet of 50 layers. @see He et al. (2015); Keras `applications/resnet.py` */
export const ResNet50: Application = /* @__PURE__ */ resnet("resnet50", [3, 4, 6, 3], false, [
  "2cb95161c43110f7111970584f804107",
  "4d473c1dd8becc155b73f8504c6f6626",
]);
/** ResNet of 101 layers. @see He et al. (2015); Keras `applications/resnet.py` */
export const ResNet101: Application = /* @__PURE__ */ resnet("resnet101", [3, 4, 23, 3], false, [
  "f1aeb4b969a6efcfb50fad2f0c20cfc5",
  "88cf7a10940856eca736dc7b7e228a21",
]);
/** ResNet of 152 layers. @see He et al. (2015); Keras `applications/resnet.py` */
export const ResNet152: Application = /* @__PURE__ */ resnet("resnet152", [3, 8, 36, 3], false, [
  "100835be76be38e30d865e96f2aaae62",
  "ee4c566cf9a93f14d82f913c2dc6dd0c",
]);
/** ResNet of 50 layers, normalised first. @see He et al. (2016); Keras `applications/resnet_v2.py` */
export const ResNet50V2: Application = /* @__PURE__ */ resnet("resnet50v2", [3, 4, 6, 3], true, [
  "3ef43a0b657b3be2300d5770ece849e0",
  "fac2f116257151a9d068a22e544a4917",
]);
/** ResNet of 101 layers, normalised first. @see He et al. (2016); Keras `applications/resnet_v2.py` */
export const ResNet101V2: Application = /* @__PURE__ */ resnet("resnet101v2", [3, 4, 23, 3], true, [
  "6343647c601c52e1368623803854d971",
  "c0ed64b8031c3730f411d2eb4eea35b5",
]);
/** ResNet of 152 layers, normalised first. @see He et al. (2016); Keras `applications/resnet_v2.py` */
export const ResNet152V2: Application = /* @__PURE__ */ resnet("resnet152v2", [3, 8, 36, 3], true, [
  "a49b44d1979771252814e80f8ec446f9",
  "ed17cf2e0169df9d443503ef94b23b33",
]);
