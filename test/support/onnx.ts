import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { type DType, viewOf } from "../../src/ir/dtypes.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";

const toOrt = {
  float32: "float32",
  float64: "float64",
  int32: "int32",
  int64: "int64",
  bool: "bool",
  uint8: "uint8",
  int8: "int8",
  float16: "float16",
  uint16: "uint16",
  int16: "int16",
  uint32: "uint32",
  uint64: "uint64",
} as const;

/** Opens an ONNX file in ONNX Runtime, on one thread. */
export async function openOnnx(bytes: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
}

/** Runs a session on tensors, by the order of its inputs; gives its outputs in order. */
export async function runOnnx(session: InferenceSession, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const feeds = Object.fromEntries(
    session.inputNames.map((name, i) => {
      const input = inputs[i];
      if (input === undefined) throw new Error(`no value for the input "${name}"`);
      const type = toOrt[input.dtype as keyof typeof toOrt]; // SAFETY: undefined for others, which the runtime refuses
      // SAFETY: an array of the named type
      return [name, new OrtTensor(type, input.dataSync() as never, [...input.dims])];
    }),
  );
  const results = await session.run(feeds);
  return session.outputNames.map((name) => {
    const tensor = results[name];
    if (tensor === undefined) throw new Error(`no output "${name}"`);
    const data = tensor.data as unknown as ArrayBufferView; // SAFETY: numeric tensors have typed arrays
    const dtype = tensor.type as DType; // SAFETY: ONNX Runtime names its types as NumPy does
    const size = tensor.dims.reduce((a, b) => a * b, 1);
    return Tensor.fromData(viewOf(dtype, data.buffer, data.byteOffset, size), [...tensor.dims], dtype);
  });
}
