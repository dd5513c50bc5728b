import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./command.ts";

interface Section {
  readonly title: string;
  /** Below `examples/functional-api/`. */
  readonly file: string;
  readonly text: string;
}

/** The guide's sections, in order: what each shows, in a few sentences, and the program that shows it. */
const sections: readonly Section[] = [
  {
    title: "A graph of layers",
    file: "01-introduction.ts",
    text: "A model is a graph. It starts at `Input`, a symbolic tensor with a shape and a dtype but no numbers; calling a layer on a symbolic tensor adds a node and gives the next one. The batch axis is left out when an input is declared and stands as `null` in its shape. `Model` is told where the graph begins and ends. The compiler of TypeScript knows every shape on the way, so a layer wired to the wrong tensor is underlined in the editor.",
  },
  {
    title: "Training, evaluation, inference",
    file: "02-training.ts",
    text: "`compile` says how to train, `fit` trains, `evaluate` and `predict` do what their names say. All three are asynchronous: the whole step (forward, loss, metrics, gradients, optimizer) is one compiled program, and a page stays responsive while it runs.",
  },
  {
    title: "Save and load the whole model",
    file: "03-save-and-load.ts",
    text: "A `.keras` file holds the architecture, the weights, how the model was compiled, and the optimizer's state. Python's Keras opens it, and Antler opens Python's.",
  },
  {
    title: "Several models from one graph",
    file: "04-autoencoder.ts",
    text: "The same tensors can begin and end several models. Here an encoder is the first half of an autoencoder; both share the layers in between, and so the weights. A variable declared as `let x;`, without a type, takes the exact type of whatever it is assigned next.",
  },
  {
    title: "Models are layers",
    file: "05-models-as-layers.ts",
    text: "A model can be called on a tensor, like a layer. Calling it reuses its architecture and its weights. An ensemble is then one line: call several models on the same input and average what they say.",
  },
  {
    title: "Several inputs, several outputs",
    file: "06-several-inputs-and-outputs.ts",
    text: "Inputs and outputs may be one tensor, an array, or an object of tensors. With an object, losses, weights and metrics go by the names of its keys, and so does the history. A list of losses is paired with the keys in alphabetical order, as in Keras: give an object, and nothing can be mixed up.",
  },
  {
    title: "A graph that is no chain",
    file: "07-toy-resnet.ts",
    text: "Residual connections add the input of a block to its output. `summary` then has a column that says what each layer is connected to.",
  },
  {
    title: "Shared layers",
    file: "08-shared-layers.ts",
    text: "Calling one layer at several places shares its weights: the file holds them once, and the gradients of all uses add up.",
  },
  {
    title: "Taking out what is in between",
    file: "09-feature-extraction.ts",
    text: "Every intermediate activation is a tensor of the graph, at `layer.output`. A model over the outputs of another's layers computes all of them in one call.",
  },
  {
    title: "Layers of your own",
    file: "10-custom-layers.ts",
    text: "A layer is a class with a computation in `call`, weights made in `build`, and, to be saved, its arguments in `getConfig`. Files name classes; a class of your own is supplied in `customObjects`, or registered.",
  },
  {
    title: "Subclassing, checks, clones",
    file: "11-subclassing.ts",
    text: "A model may also be a class with a `call`. It is built when it is first called, and trains like any other. What a graph offers beyond that: every mistake is found while it is built, it can be drawn, taken apart, and cloned with changes.",
  },
  {
    title: "Mixing styles",
    file: "12-mix-and-match.ts",
    text: "Functional models, sequential ones and subclasses can be used inside each other freely. Here a functional model is part of a layer with a loop over time steps, which is part of a functional model.",
  },
  {
    title: "Sequential beside functional",
    file: "13-sequential.ts",
    text: "A plain stack needs no graph: `Sequential` takes the layers in order. Without an input it is built when it is first called.",
  },
  {
    title: "A training step of your own",
    file: "14-gan.ts",
    text: "`trainStep` can be overridden. What it computes is compiled as a whole, with as many optimizers as it uses; `valueAndGrad(f, variables)` gives a value and its gradients.",
  },
];

/** The page, from the sections and the programs. */
export function renderGuide(): string {
  const body = sections.map(({ title, file, text }, i) => {
    const code = readFileSync(join(projectRoot, "examples/functional-api", file), "utf8");
    const program = code.replace(/^\/\*\*.*?\*\/\n/s, "").trimEnd();
    return `## ${i + 1}. ${title}\n\n${text}\n\n\`\`\`ts\n// examples/functional-api/${file}\n${program}\n\`\`\`\n`;
  });
  return `# The functional API, step by step

Each section is a program under \`examples/functional-api/\`; \`npm run examples\` runs them all. \`support.ts\` beside them holds
\`check\`, which ends a program unless a promise holds, and data that needs no network.

${body.join("\n")}`;
}
