import { expect, it } from "vitest";
import { modernizeModel } from "./modernize.ts";

const input = {
  class_name: "InputLayer",
  name: "in",
  config: { name: "in", batch_input_shape: [null, 5, 3] },
  inbound_nodes: [],
};
const model = (layers: readonly object[], output: readonly unknown[]): object => ({
  class_name: "Model",
  config: { name: "m", layers: [input, ...layers], input_layers: [["in", 0, 0]], output_layers: [output] },
});
const tensor = (name: string, node: number, index: number): object => ({
  class_name: "__keras_tensor__",
  config: { shape: null, dtype: "float32", keras_history: [name, node, index] },
});

it("counts a nested sequential model's calls from 0, where old files count from 1", () => {
  const nested = {
    class_name: "Sequential",
    name: "s",
    config: {
      name: "s",
      layers: [{ class_name: "Dense", config: { name: "d", units: 2, batch_input_shape: [null, 5, 3] } }],
    },
    inbound_nodes: [[["in", 0, 0, {}]]],
  };
  const read = (version: string, node: number): unknown =>
    modernizeModel(model([nested], ["s", node, 0]), version, "test")["config"];
  expect(read("2.4.0", 1)).toMatchObject({ output_layers: ["s", 0, 0] });
  expect(read("3.16.0", 0)).toMatchObject({ output_layers: ["s", 0, 0] });
  expect(read("3.16.0", 1)).toMatchObject({ output_layers: ["s", 1, 0] });
});

it("reads the initial states of recurrent layers, listed with the sequences or named", () => {
  const lstm = (name: string, node: unknown): object => ({
    class_name: "LSTM",
    name,
    config: { name, units: 2 },
    inbound_nodes: [node],
  });
  const states = {
    args: [tensor("in", 0, 0)],
    kwargs: { initial_state: [tensor("a", 0, 1), tensor("a", 0, 2)] },
  };
  for (const node of [
    [
      ["in", 0, 0, {}],
      ["a", 0, 1, {}],
      ["a", 0, 2, {}],
    ],
    [
      [
        "in",
        0,
        0,
        {
          initial_state: [
            ["a", 0, 1],
            ["a", 0, 2],
          ],
        },
      ],
    ],
  ]) {
    const { config } = modernizeModel(
      model([lstm("a", [["in", 0, 0, {}]]), lstm("b", node)], ["b", 0, 0]),
      "2.4.0",
      "test",
    );
    expect(config).toMatchObject({
      layers: [{ name: "in" }, { name: "a" }, { name: "b", inbound_nodes: [states] }],
    });
  }
});

it("translates the options of stacked cells", () => {
  const cells = [
    {
      class_name: "LSTMCell",
      config: { name: "c", units: 2, recurrent_activation: "hard_sigmoid", implementation: 1 },
    },
  ];
  const rnn = {
    class_name: "RNN",
    name: "r",
    config: { name: "r", cell: { class_name: "StackedRNNCells", config: { name: "s", cells } } },
    inbound_nodes: [[["in", 0, 0, {}]]],
  };
  const text = JSON.stringify(modernizeModel(model([rnn], ["r", 0, 0]), "2.4.0", "test"));
  expect(text).toContain('"recurrent_activation":{"module":"builtins"');
  expect(text).not.toContain("implementation");
});
