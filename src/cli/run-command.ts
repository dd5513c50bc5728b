import { AntlerError, OptionError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import { convert } from "./convert.ts";
import { diff } from "./diff.ts";
import { inspect } from "./inspect.ts";
import { plot, summary } from "./show.ts";

/** Where a command's text goes. */
export interface Output {
  print(text: string): void;
  complain(text: string): void;
}

/** What a command was given: file names, and options with their values (`true` for those without). */
export interface Given {
  readonly files: readonly string[];
  readonly options: ReadonlyMap<string, string | true>;
}

interface Command {
  readonly usage: string;
  readonly about: string;
  readonly files: number;
  /** Options, and whether each takes a value. */
  readonly options: Readonly<Record<string, { readonly takesValue: boolean; readonly about: string }>>;
  run(given: Given, output: Output): Promise<number>;
}

const flag = (about: string): { readonly takesValue: boolean; readonly about: string } => ({
  takesValue: false,
  about,
});

const commands: Readonly<Record<string, Command>> = {
  summary: {
    usage: "antler summary FILE",
    about: "print the table of a model's layers",
    files: 1,
    options: {
      "--expand-nested": flag("list the layers of nested models"),
      "--show-trainable": flag("tell which layers are trainable"),
    },
    run: summary,
  },
  plot: {
    usage: "antler plot FILE -o OUT",
    about: "draw a model's graph as .svg, .png or .dot",
    files: 1,
    options: {
      "-o": { takesValue: true, about: "the picture to write" },
      "--show-shapes": flag("show the shapes of tensors"),
      "--expand-nested": flag("draw the layers of nested models"),
    },
    run: plot,
  },
  inspect: {
    usage: "antler inspect FILE",
    about: "list a file's members, versions, variables and optimizer",
    files: 1,
    options: {},
    run: inspect,
  },
  convert: {
    usage: "antler convert IN OUT",
    about:
      "write a model as .keras, model.json (TensorFlow.js), .weights.h5 or .json, .safetensors, .json or .onnx",
    files: 2,
    options: { "--overwrite": flag("replace OUT when it exists") },
    run: convert,
  },
  diff: {
    usage: "antler diff A B",
    about: "compare two models: architecture and weights; exits with 1 when they differ",
    files: 2,
    options: {},
    run: diff,
  },
};

function help(): string {
  const lines = Object.values(commands).flatMap(({ usage, about, options }) => [
    `  ${usage}`,
    `      ${about}`,
    ...Object.entries(options).map(([name, option]) => `      ${name.padEnd(18)} ${option.about}`),
  ]);
  return [
    "Usage: antler COMMAND …",
    "",
    ...lines,
    "",
    "FILE is a .keras file or folder, an .h5 file of Keras 1, 2 or 3, or a model.json of TensorFlow.js; inspect also takes .weights.h5, .weights.json and .safetensors.",
    "Exit codes: 0 done, 1 the files differ (diff), 2 a mistake in the command or in a file.",
  ].join("\n");
}

/** Runs one command line; gives the exit code. */
export async function runCommand(args: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    output.complain(help());
    return 2;
  }
  if (name === "--help" || name === "-h" || name === "help" || rest.includes("--help")) {
    output.print(help());
    return 0;
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) {
      throw new OptionError(
        `unknown command "${name}".${didYouMean(name, Object.keys(commands))} Commands: ${Object.keys(commands).join(", ")}.`,
      );
    }
    return await command.run(parse(command, rest), output);
  } catch (error) {
    if (!(error instanceof AntlerError)) throw error;
    output.complain(`antler: ${error.message}`);
    return 2;
  }
}

function parse({ usage, files: count, options: known }: Command, args: readonly string[]): Given {
  const files: string[] = [];
  const options = new Map<string, string | true>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (!arg.startsWith("-") || arg === "-") {
      files.push(arg);
      continue;
    }
    const option = Object.hasOwn(known, arg) ? known[arg] : undefined;
    if (option === undefined) {
      throw new OptionError(`unknown option "${arg}".${didYouMean(arg, Object.keys(known))} Usage: ${usage}`);
    }
    const value = option.takesValue ? args[++i] : true;
    if (value === undefined) throw new OptionError(`"${arg}" needs a value. Usage: ${usage}`);
    options.set(arg, value);
  }
  if (files.length !== count)
    throw new OptionError(
      `expected ${count} file${count === 1 ? "" : "s"}, received ${files.length}. Usage: ${usage}`,
    );
  return { files, options };
}
