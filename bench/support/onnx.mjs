// ONNX files for the inference rows, written by hand: the protocol buffers of onnx.proto, as far as they are needed.

const varint = (n) => {
  const out = [];
  let rest = BigInt(n);
  if (rest < 0n) rest += 1n << 64n;
  do {
    out.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return out;
};
const integer = (field, n) => Buffer.from([...varint(field * 8), ...varint(n)]);
const bytes = (field, data) =>
  Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(data.length)]), data]);
const text = (field, value) => bytes(field, Buffer.from(value));

/** TensorProto: dims 1, data_type 2 (1 is float), name 8, raw_data 9. */
const tensor = (name, { shape, values }) =>
  Buffer.concat([
    ...shape.map((n) => integer(1, n)),
    integer(2, 1),
    text(8, name),
    bytes(9, Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  ]);

/** ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 } } } }. */
const info = (name, shape) => {
  const dims = shape.map((n) => bytes(1, integer(1, n)));
  return Buffer.concat([
    text(1, name),
    bytes(2, bytes(1, Buffer.concat([integer(1, 1), bytes(2, Buffer.concat(dims))]))),
  ]);
};

/** AttributeProto: name 1, i 3, ints 8, type 20 (2 an integer, 7 integers). */
const attribute = (name, value) =>
  Array.isArray(value)
    ? Buffer.concat([text(1, name), ...value.map((n) => integer(8, n)), integer(20, 7)])
    : Buffer.concat([text(1, name), integer(3, value), integer(20, 2)]);

/** NodeProto: input 1, output 2, op_type 4, attribute 5. */
const node = (type, inputs, output, attributes = {}) =>
  Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ]);

/** A model: GraphProto has node 1, name 2, initializer 5, input 11, output 12; ModelProto ir_version 1, graph 7, opset 8. */
function model(nodes, initializers, inputs, output) {
  const graph = Buffer.concat([
    ...nodes.map((one) => bytes(1, one)),
    text(2, "bench"),
    ...initializers.map((one) => bytes(5, one)),
    ...inputs.map(([name, shape]) => bytes(11, info(name, shape))),
    bytes(12, info(...output)),
  ]);
  return Buffer.concat([integer(1, 8), bytes(7, graph), bytes(8, integer(2, 13))]);
}

export function gemmModel([m, n, k]) {
  const inputs = [
    ["a", [m, k]],
    ["b", [k, n]],
  ];
  return model([node("MatMul", ["a", "b"], "y")], [], inputs, ["y", [m, n]]);
}

const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

/** Images `[n, c, h, w]` and a kernel `[out, in, 3, 3]`. */
export function convModel(x, kernel) {
  const inputs = [
    ["x", x],
    ["k", kernel],
  ];
  return model([node("Conv", ["x", "k"], "y", same)], [], inputs, ["y", [x[0], kernel[0], x[2], x[3]]]);
}

export function mlpModel(weights, rows) {
  const layer = (i, from, to) => node("Gemm", [from, `d${i}_kernel`, `d${i}_bias`], to);
  const nodes = [
    layer(1, "x", "h1"),
    node("Relu", ["h1"], "r1"),
    layer(2, "r1", "h2"),
    node("Relu", ["h2"], "r2"),
    layer(3, "r2", "y"),
  ];
  return model(
    nodes,
    weights.map((one) => tensor(one.name, one)),
    [["x", [rows, 784]]],
    ["y", [rows, 10]],
  );
}

/** Kernels are given as `[out, in, 3, 3]`. */
export function resnetModel(weights, rows) {
  const nodes = [];
  const conv = (i, from, padding) => {
    nodes.push(
      node("Conv", [from, `c${i}_kernel`, `c${i}_bias`], `c${i}`, padding ?? { kernel_shape: [3, 3] }),
    );
    nodes.push(node("Relu", [`c${i}`], `r${i}`));
    return `r${i}`;
  };
  const sum = (a, b, to) => {
    nodes.push(node("Add", [a, b], to));
    return to;
  };
  nodes.push(node("MaxPool", [conv(2, conv(1, "x"))], "pool", { kernel_shape: [3, 3], strides: [3, 3] }));
  const block2 = sum(conv(4, conv(3, "pool", same), same), "pool", "block2");
  const block3 = sum(conv(6, conv(5, block2, same), same), block2, "block3");
  nodes.push(node("GlobalAveragePool", [conv(7, block3)], "mean"));
  nodes.push(node("Flatten", ["mean"], "flat", { axis: 1 }));
  nodes.push(node("Gemm", ["flat", "d1_kernel", "d1_bias"], "h"));
  nodes.push(node("Relu", ["h"], "hr"));
  nodes.push(node("Gemm", ["hr", "d2_kernel", "d2_bias"], "y"));
  return model(
    nodes,
    weights.map((one) => tensor(one.name, one)),
    [["x", [rows, 3, 32, 32]]],
    ["y", [rows, 10]],
  );
}
