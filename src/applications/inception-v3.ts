import type { KerasTensor } from "../graph/keras-tensor.ts";
import { Activation } from "../layers/activation/index.ts";
import { Conv2D } from "../layers/convolutional/index.ts";
import { Concatenate } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D } from "../layers/pooling/index.ts";
import { type Application, type ApplicationOptions, buildApplication, chain, join } from "./application.ts";

/** A convolution: filters, rows and columns of the kernel; `"half"`: of stride 2, `"valid"`: unpadded. */
type Step = readonly [filters: number, rows: number, columns: number, kind?: "half" | "valid"];

/** Convolutions one after another, each normalised and activated. */
function branch(x: KerasTensor, ...steps: readonly Step[]): KerasTensor {
  const layers = steps.flatMap(([filters, rows, columns, kind]) => [
    Conv2D(filters, [rows, columns], {
      strides: kind === "half" ? 2 : 1,
      padding: kind === undefined ? "same" : "valid",
      useBias: false,
    }),
    BatchNormalization({ axis: 3, scale: false }),
    Activation("relu"),
  ]);
  return chain(x, ...layers);
}

const pooled = (x: KerasTensor, filters: number): KerasTensor =>
  branch(chain(x, AveragePooling2D(3, { strides: 1, padding: "same" })), [filters, 1, 1]);
const halved = (x: KerasTensor): KerasTensor => chain(x, MaxPooling2D(3, { strides: 2 }));
const mix = (name: string | undefined, ...branches: readonly KerasTensor[]): KerasTensor =>
  join(Concatenate({ axis: 3, name }), ...branches);

/** Kernels of 1, 3 and 5. */
function square(x: KerasTensor, name: string, poolFilters: number): KerasTensor {
  return mix(
    name,
    branch(x, [64, 1, 1]),
    branch(x, [48, 1, 1], [64, 5, 5]),
    branch(x, [64, 1, 1], [96, 3, 3], [96, 3, 3]),
    pooled(x, poolFilters),
  );
}

/** Kernels of 1×7 and 7×1. */
function factored(x: KerasTensor, name: string, n: number): KerasTensor {
  return mix(
    name,
    branch(x, [192, 1, 1]),
    branch(x, [n, 1, 1], [n, 1, 7], [192, 7, 1]),
    branch(x, [n, 1, 1], [n, 7, 1], [n, 1, 7], [n, 7, 1], [192, 1, 7]),
    pooled(x, 192),
  );
}

/** Kernels of 1×3 and 3×1 side by side. */
function wide(x: KerasTensor, name: string, innerName: string): KerasTensor {
  const single = branch(x, [384, 1, 1]);
  const double = branch(x, [448, 1, 1], [384, 3, 3]);
  const split = (y: KerasTensor, inner?: string): KerasTensor =>
    mix(inner, branch(y, [384, 1, 3]), branch(y, [384, 3, 1]));
  return mix(name, branch(x, [320, 1, 1]), split(single, innerName), split(double), pooled(x, 192));
}

function features(x: KerasTensor): KerasTensor {
  let y = halved(branch(x, [32, 3, 3, "half"], [32, 3, 3, "valid"], [64, 3, 3]));
  y = halved(branch(y, [80, 1, 1, "valid"], [192, 3, 3, "valid"]));
  for (const [i, filters] of [32, 64, 64].entries()) y = square(y, `mixed${i}`, filters);
  y = mix(
    "mixed3",
    branch(y, [384, 3, 3, "half"]),
    branch(y, [64, 1, 1], [96, 3, 3], [96, 3, 3, "half"]),
    halved(y),
  );
  for (const [i, filters] of [128, 160, 160, 192].entries()) y = factored(y, `mixed${i + 4}`, filters);
  y = mix(
    "mixed8",
    branch(y, [192, 1, 1], [320, 3, 3, "half"]),
    branch(y, [192, 1, 1], [192, 1, 7], [192, 7, 1], [192, 3, 3, "half"]),
    halved(y),
  );
  y = wide(y, "mixed9", "mixed9_0");
  return wide(y, "mixed10", "mixed9_1");
}

/** Inception, version 3: kernels of several shapes side by side. @see Szegedy et al. (2016); Keras `applications/inception_v3.py` */
export const InceptionV3: Application = ((options: ApplicationOptions = {}) =>
  buildApplication(options, {
    name: "inception_v3",
    size: 299,
    minSize: 75,
    files: {
      base: "https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/",
      top: {
        file: "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
        hash: "9a0d58056eeedaa3f26cb7ebd46da564",
      },
      noTop: {
        file: "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        hash: "bcbd6486424b2319ff4ef7d526e38f63",
      },
    },
    features,
    head: (x) => chain(x, GlobalAveragePooling2D({ name: "avg_pool" })),
  })) as Application; // SAFETY: fresh weights give a model at once, others a promise
