import type { DType, TypedArray } from "../../ir/dtypes.ts";
import { ProtoWriter } from "../../codec/proto-writer.ts";

/** Version of ONNX's operators that files ask for: ONNX 1.15, the first with `Gelu`. */
export const opset = 20;
/** Version of the file format that came with it. */
const irVersion = 9;

export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "texts"; readonly value: readonly string[] }
  | { readonly kind: "graph"; readonly value: OnnxGraph };

export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  /** Names of tensors; "" for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Fixed elements that a graph holds under a name. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** An input or output of a graph; a size is a number or the name of an unknown one. Null: shape not told. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[] | null;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

/** Numbers of element types in `TensorProto.DataType`. */
export const elementTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

/** Numbers of `AttributeProto.AttributeType`. */
const attributeTypes: Readonly<Record<Attribute["kind"], number>> = {
  float: 1,
  int: 2,
  text: 3,
  graph: 5,
  floats: 6,
  ints: 7,
  texts: 8,
};

// Numbers of fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

/** The bytes of an ONNX file. */
export function writeModelProto(graph: OnnxGraph): Uint8Array {
  const operators = new ProtoWriter().text(1, "").int(2, opset);
  return new ProtoWriter()
    .int(1, irVersion)
    .text(2, "antler")
    .message(8, operators)
    .message(7, graphProto(graph))
    .finish();
}

function graphProto({ name, nodes, initializers, inputs, outputs }: OnnxGraph): ProtoWriter {
  const writer = new ProtoWriter();
  for (const node of nodes) writer.message(1, nodeProto(node));
  writer.text(2, name);
  for (const tensor of initializers) writer.message(5, tensorProto(tensor));
  for (const value of inputs) writer.message(11, valueInfoProto(value));
  for (const value of outputs) writer.message(12, valueInfoProto(value));
  return writer;
}

function nodeProto({ opType, name, inputs, outputs, attributes }: OnnxNode): ProtoWriter {
  const writer = new ProtoWriter();
  for (const input of inputs) writer.text(1, input);
  for (const output of outputs) writer.text(2, output);
  writer.text(3, name).text(4, opType);
  for (const [key, attribute] of Object.entries(attributes))
    writer.message(5, attributeProto(key, attribute));
  return writer;
}

function attributeProto(name: string, attribute: Attribute): ProtoWriter {
  const writer = new ProtoWriter().text(1, name).int(20, attributeTypes[attribute.kind]);
  switch (attribute.kind) {
    case "float":
      return writer.float(2, attribute.value);
    case "int":
      return writer.int(3, attribute.value);
    case "text":
      return writer.text(4, attribute.value);
    case "graph":
      return writer.message(6, graphProto(attribute.value));
    case "floats":
      attribute.value.forEach((value) => writer.float(7, value));
      return writer;
    case "ints":
      attribute.value.forEach((value) => writer.int(8, value));
      return writer;
    case "texts":
      attribute.value.forEach((value) => writer.text(9, value));
      return writer;
  }
}

function tensorProto({ name, dtype, shape, data }: OnnxTensor): ProtoWriter {
  const writer = new ProtoWriter();
  for (const dim of shape) writer.int(1, dim);
  // Typed arrays are little-endian on every machine that runs WebAssembly, as `raw_data` is to be.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return writer.int(2, elementTypes[dtype]).text(8, name).bytes(9, bytes);
}

function valueInfoProto({ name, dtype, shape }: OnnxValueInfo): ProtoWriter {
  const tensor = new ProtoWriter().int(1, elementTypes[dtype]);
  if (shape !== null) {
    const dims = new ProtoWriter();
    for (const dim of shape) {
      const size = new ProtoWriter();
      dims.message(1, typeof dim === "number" ? size.int(1, dim) : size.text(2, dim));
    }
    tensor.message(2, dims);
  }
  return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
}
