/**
 * Descriptors of the structured kernels: products, convolutions, windows. Plain data, all numbers known, so that a
 * scheduler can build them, a cache can key identical ones ({@link structuredKey}) and a backend can specialise.
 * Strides and offsets are in elements, never bytes.
 */

/** Element types that structured kernels compute in. */
export type StructuredDType = "float32" | "float64" | "int32";

/** One batch axis of a product: its size and the element stride of each operand along it (0 broadcasts). */
export interface MatmulBatchAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** `C[…, m, n] (+)= Σk A[…, m, k] · B[…, k, n]`. */
export interface MatmulDescriptor {
  readonly kind: "matmul";
  readonly dtype: StructuredDType;
  /** Outermost first; empty for a plain product. */
  readonly batch: readonly MatmulBatchAxis[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Strides of A along m (`row`) and k (`column`). */
  readonly a: { readonly row: number; readonly column: number };
  /** Strides of B along k (`row`) and n (`column`); ignored when `bPacked`. */
  readonly b: { readonly row: number; readonly column: number };
  /** Stride of C along m; C is contiguous along n. */
  readonly c: { readonly row: number };
  /** Add to what C holds instead of overwriting it. */
  readonly accumulate: boolean;
  /** B is already in the backend's packed form (made once, used by many products). Without batch strides of B. */
  readonly bPacked?: boolean;
  /** As of a convolution: B is prepared. */
  readonly isPrepared?: boolean;
}

/** One spatial axis of a convolution or a pooling window. */
export interface WindowAxis {
  /** Size of the (forward) input. */
  readonly input: number;
  /** Size of the (forward) output. */
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements of padding before the first input element; the padding after it follows from the other sizes. */
  readonly padLow: number;
}

/** What a convolution kernel computes; all three passes of one convolution share the rest of the descriptor. */
export type ConvolutionPass = "forward" | "inputGradient" | "filterGradient";

/**
 * A convolution of one to three spatial axes: `y[n, o…, f] = Σ x[n, o·stride + k·dilation − padLow, c] · w[k…, c, f]`.
 *
 * Layouts: x `[batch, input…, inputChannels]`, w `[kernel…, inputChannels / groups, outputChannels]`,
 * y `[batch, output…, outputChannels]`, all contiguous. The operands `(a, b, c)` of the kernel are, by pass,
 * forward `(x, w, y)`, inputGradient `(dy, w, dx)`, filterGradient `(x, dy, dw)`. A transposed convolution is the
 * input gradient of the convolution it transposes.
 */
export interface ConvolutionDescriptor {
  readonly kind: "convolution";
  readonly pass: ConvolutionPass;
  readonly dtype: StructuredDType;
  readonly batch: number;
  /** One to three axes, outermost first. */
  readonly axes: readonly WindowAxis[];
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly groups: number;
  /** Add to what the result holds instead of overwriting it. */
  readonly accumulate: boolean;
  /** Default "estimated". */
  readonly winograd?: WinogradUse;
  /**
   * Operand b (of the forward pass or the input gradient) comes in the form that the kernel's preparation makes of it,
   * where there is one: weights that do not change are packed or transformed once, not in every step. Default false.
   */
  readonly isPrepared?: boolean;
}

/**
 * Where Winograd's algorithm is used for convolutions that it can do: where it is estimated faster, nowhere (its
 * rounding error is larger), or everywhere, with tiles of so many outputs a side.
 */
export type WinogradUse = "estimated" | "never" | 2 | 3 | 4;

/**
 * What a pooling kernel computes. Operands by mode: `max`, `sum`, `average` `(x, y)`; `maxGradient` `(x, y, dy, dx)`
 * (each window's gradient goes to its first maximum, as in Keras); `sumGradient`, `averageGradient` `(dy, dx)`.
 */
export type PoolingMode = "max" | "sum" | "average" | "maxGradient" | "sumGradient" | "averageGradient";

/**
 * Pooling over windows of one to three spatial axes; x `[batch, input…, channels]`, y `[batch, output…, channels]`.
 * Padding never wins a maximum and does not count in an average (Keras `average_pool` with "same" padding).
 */
export interface PoolingDescriptor {
  readonly kind: "pooling";
  readonly mode: PoolingMode;
  readonly dtype: StructuredDType;
  readonly batch: number;
  readonly axes: readonly WindowAxis[];
  readonly channels: number;
}

/** Any structured kernel. */
export type StructuredDescriptor = MatmulDescriptor | ConvolutionDescriptor | PoolingDescriptor;

/** A key equal for equal descriptors. */
export function structuredKey(descriptor: StructuredDescriptor): string {
  return JSON.stringify(descriptor, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
