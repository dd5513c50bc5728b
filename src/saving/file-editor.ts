import { writeHdf5 } from "../codec/hdf5/index.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import type { FileArray } from "../codec/array.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { ModelClass } from "../models/model.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { FormatError, OptionError } from "../util/errors.ts";
import { checkOptions, didYouMean, isPlainObject } from "../util/options.ts";
import { writeFileAtomic } from "../util/platform/index.ts";
import { fileOf, newObject, objectsIn, objectsOf, type WeightsObject } from "./editable-weights.ts";
import { isLegacyWeights } from "./legacy/h5-model.ts";
import { readTree } from "./load-weights.ts";
import { parseJson } from "./parse-json.ts";
import { refuseUnbuilt } from "./save.ts";
import { type FileSource, readSource } from "./source.ts";

/** Weights of one object, by name: usually `"0"`, `"1"`, … */
export type EditedWeights = Readonly<Record<string, TensorInput>>;

/** What is in a weights file: objects by name, with weights by name. */
export interface WeightsDict {
  readonly [name: string]: WeightsDict | Tensor;
}

/** Where an editor's texts go. */
export interface PrintOptions {
  /** Gets the text. Default: the console. */
  readonly printFn?: ((text: string) => void) | undefined;
}

/** What `compare` finds. */
export interface Comparison {
  readonly status: "success" | "error";
  /** Objects and weights that one side lacks, and weights whose shapes differ. */
  readonly errorCount: number;
  /** Weights that both have, with one shape. */
  readonly matchCount: number;
}

/** An opened file; see `KerasFileEditor`. */
export class FileEditorClass {
  /** What was opened: a path, or "file" for bytes. */
  readonly filepath: string;
  /** `metadata.json` of a `.keras` file. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** `config.json` of a `.keras` file. */
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly #root: WeightsObject;

  /** Files are opened by `KerasFileEditor`. */
  constructor(
    filepath: string,
    root: WeightsObject,
    description: Pick<FileEditorClass, "metadata" | "config">,
  ) {
    this.filepath = filepath;
    this.metadata = description.metadata;
    this.config = description.config;
    this.#root = root;
  }

  /** The weights as they are now, objects nested by name. What is changed in it changes nothing here. */
  get weightsDict(): WeightsDict {
    return dictOf(this.#root);
  }

  /** Prints the file's objects as a tree, and their weights with shapes and dtypes. */
  summary(options: PrintOptions = {}): void {
    checkOptions("KerasFileEditor.summary", options, ["printFn"]);
    const lines = [`Keras model file '${this.filepath}'`];
    if (this.metadata !== null) {
      const { keras_version: version, date_saved: date } = this.metadata;
      lines.push(`Saved with Keras ${String(version)} - date: ${String(date)}`);
    }
    printer(options)([...lines, "Weights structure", ...treeOf(this.#root, "  ")].join("\n"));
  }

  /**
   * Compares the file with a model, and prints every difference.
   *
   * @throws {AntlerError} when the model is not built.
   */
  compare(referenceModel: ModelClass, options: PrintOptions = {}): Comparison {
    checkOptions("KerasFileEditor.compare", options, ["printFn"]);
    if (!(referenceModel instanceof ModelClass))
      throw new OptionError("KerasFileEditor.compare: expected a model to compare the file with.");
    refuseUnbuilt(referenceModel);
    const problems: string[] = [];
    const matchCount = compareObjects(this.#root, objectsIn(referenceModel), "", problems);
    const isAlike = problems.length === 0;
    const verdict = isAlike
      ? `Comparison successful: saved file is compatible with the reference model. ${matchCount} matching weights.`
      : `Found ${problems.length} errors: saved file is not compatible with the reference model.`;
    printer(options)([...problems, verdict].join("\n"));
    return { status: isAlike ? "success" : "error", errorCount: problems.length, matchCount };
  }

  /** Gives an object another name, in its place: `renameObject("layers/dense_2", "dense_3")`. */
  renameObject(objectName: string, newName: string): void {
    if (typeof newName !== "string" || newName === "" || newName.includes("/"))
      throw new OptionError(
        `KerasFileEditor.renameObject: expected the new name by itself, without a path, received ${JSON.stringify(newName)}.`,
      );
    const { owner, name, object } = this.#find("renameObject", objectName);
    if (name === newName) return;
    this.#refuseTaken("renameObject", owner, newName);
    owner.parts.delete(name);
    owner.parts.set(newName, object);
  }

  /** Removes an object with all that is in it. */
  deleteObject(objectName: string): void {
    const { owner, name } = this.#find("deleteObject", objectName);
    owner.parts.delete(name);
  }

  /** Adds an object: `addObject("layers/dense_2", { "0": kernel, "1": bias })`. What it is to be in must be there. */
  addObject(objectPath: string, weights: EditedWeights): void {
    const values = arraysOf("addObject", weights);
    const parts = String(objectPath)
      .split("/")
      .filter((part) => part !== "");
    const name = parts.at(-1);
    if (name === undefined)
      throw new OptionError(
        `KerasFileEditor.addObject: expected a path, received ${JSON.stringify(objectPath)}.`,
      );
    const owner =
      parts.length === 1 ? this.#root : this.#find("addObject", parts.slice(0, -1).join("/"), true).object;
    this.#refuseTaken("addObject", owner, name);
    owner.parts.set(name, { ...newObject(), weights: new Map(values) });
  }

  /** Removes a weight of an object: `deleteWeight("layers/dense_2", "1")`. */
  deleteWeight(objectName: string, weightName: string): void {
    const { object } = this.#find("deleteWeight", objectName);
    if (object.weights.delete(weightName)) return;
    const known = [...object.weights.keys()];
    throw new OptionError(
      `KerasFileEditor.deleteWeight: ${objectName} has no weight ${JSON.stringify(weightName)}. It has: ${known.join(", ") || "none"}.`,
    );
  }

  /** Adds weights to an object, in place of those it has by the same names. */
  addWeights(objectName: string, weights: EditedWeights): void {
    const values = arraysOf("addWeights", weights);
    const { object } = this.#find("addWeights", objectName);
    for (const [name, value] of values) object.weights.set(name, value);
  }

  /**
   * Writes the weights as they are now. Written beside and renamed: a crash leaves an old file whole.
   *
   * @param filepath - Ends in `.weights.h5`.
   */
  async save(filepath: string): Promise<void> {
    if (!String(filepath).endsWith(".weights.h5"))
      throw new OptionError(
        `KerasFileEditor.save: expected a file name that ends in .weights.h5, received ${JSON.stringify(filepath)}.`,
      );
    await writeFileAtomic(filepath, this.toBytes());
  }

  /** `save`, by its older name. */
  resaveWeights(filepath: string): Promise<void> {
    return this.save(filepath);
  }

  /** The bytes that `save` writes. */
  toBytes(): Uint8Array {
    return writeHdf5(fileOf(this.#root));
  }

  #refuseTaken(method: string, owner: WeightsObject, name: string): void {
    if (owner.parts.has(name))
      throw new OptionError(`KerasFileEditor.${method}: there is an object "${name}" in this place already.`);
  }

  /** The object of a path, or of a name that one object alone has. */
  #find(method: string, given: string, isPath = String(given).includes("/")): Found {
    const places = placesIn(this.#root, "");
    const wanted = String(given).replace(/^\/|\/$/g, "");
    const at = places.filter(({ path }) => path === wanted);
    const found = at.length > 0 || isPath ? at : places.filter(({ name }) => name === wanted);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const known = places.map(({ path }) => path);
    throw new OptionError(
      only === undefined
        ? `KerasFileEditor.${method}: the file has no object ${JSON.stringify(given)}.${didYouMean(given, known)} Objects: ${known.join(", ") || "none"}.`
        : `KerasFileEditor.${method}: ${found.length} objects are called ${JSON.stringify(given)}: ${found.map(({ path }) => path).join(", ")}. Give the path of one.`,
    );
  }
}

/** An object, what it is in, and where. */
interface Found {
  readonly path: string;
  readonly name: string;
  readonly owner: WeightsObject;
  readonly object: WeightsObject;
}

function placesIn(owner: WeightsObject, path: string): Found[] {
  return [...owner.parts].flatMap(([name, object]) => {
    const own = path === "" ? name : `${path}/${name}`;
    return [{ path: own, name, owner, object }, ...placesIn(object, own)];
  });
}

function printer({ printFn }: PrintOptions): (text: string) => void {
  return printFn ?? ((text) => globalThis.console.log(text));
}

/** Objects without weights in them, as files have many, are left out of what is shown and compared. */
function holdsWeights({ weights, parts }: WeightsObject): boolean {
  return weights.size > 0 || [...parts.values()].some(holdsWeights);
}

function treeOf(object: WeightsObject, indent: string): string[] {
  const parts = [...object.parts].filter(([, part]) => holdsWeights(part));
  const entries = [...object.weights, ...parts];
  return entries.flatMap(([name, value], i) => {
    const isLast = i === entries.length - 1;
    const head = `${indent}${isLast ? "└─ " : "├─ "}${name}`;
    if ("dtype" in value) return [`${head}: shape=${formatShape(value.shape)}, dtype=${value.dtype}`];
    const own = value.attributes.get("name");
    return [
      typeof own === "string" ? `${head} ('${own}')` : head,
      ...treeOf(value, `${indent}${isLast ? "   " : "│  "}`),
    ];
  });
}

function dictOf({ weights, parts }: WeightsObject): WeightsDict {
  const own = [...weights].map(([name, { shape, dtype, data }]): [string, Tensor] => [
    name,
    Tensor.fromData(data.slice(), shape, dtype),
  ]);
  return Object.fromEntries<WeightsDict | Tensor>([
    ...own,
    ...[...parts].map(([name, part]): [string, WeightsDict] => [name, dictOf(part)]),
  ]);
}

/** Adds what differs to `problems`; gives the number of weights that do not. */
function compareObjects(file: WeightsObject, model: WeightsObject, path: string, problems: string[]): number {
  let matches = 0;
  const place = (name: string): string => (path === "" ? name : `${path}/${name}`);
  for (const name of new Set([...model.weights.keys(), ...file.weights.keys()])) {
    const [saved, own] = [file.weights.get(name), model.weights.get(name)];
    if (saved === undefined) problems.push(`...Weight ${place(name)} is missing from the saved file.`);
    else if (own === undefined)
      problems.push(`...Weight ${place(name)} is missing from the reference model.`);
    else if (sameShape(saved.shape, own.shape)) matches++;
    else
      problems.push(
        `...Weight ${place(name)} has the shape ${formatShape(own.shape)} in the reference model, ${formatShape(saved.shape)} in the saved file.`,
      );
  }
  for (const name of new Set([...model.parts.keys(), ...file.parts.keys()])) {
    const [saved, own] = [file, model].map(({ parts }) => {
      const part = parts.get(name);
      return part !== undefined && holdsWeights(part) ? part : null;
    });
    if (saved && own) matches += compareObjects(saved, own, place(name), problems);
    else if (own) problems.push(`...Object ${place(name)} is missing from the saved file.`);
    else if (saved) problems.push(`...Object ${place(name)} is missing from the reference model.`);
  }
  return matches;
}

function arraysOf(method: string, weights: EditedWeights): [string, FileArray][] {
  if (!isPlainObject(weights))
    throw new OptionError(
      `KerasFileEditor.${method}: expected weights by name, as { "0": kernel, "1": bias }, received ${Array.isArray(weights) ? "an array" : typeof weights}.`,
    );
  return Object.entries(weights).map(([name, input]) => {
    const tensor = toValue(input as TensorInput); // SAFETY: toValue checks it
    if (!(tensor instanceof Tensor) || name === "" || name.includes("/"))
      throw new OptionError(
        `KerasFileEditor.${method}: expected the values of weights, received ${name} of another kind.`,
      );
    const data = tensor.storedSync().slice() as FileArray["data"]; // SAFETY: no dtype has clamped arrays
    return [name, { shape: tensor.dims, dtype: tensor.dtype, data }];
  });
}

async function open(source: FileSource): Promise<FileEditorClass> {
  const file = await readSource(source);
  const { bytes, name } = file;
  const tree = await readTree(file);
  if (isLegacyWeights(tree))
    throw new FormatError(
      `${name}: expected a .keras or .weights.h5 file, received an older .h5 file. Load it, and save the weights as .weights.h5.`,
    );
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const archive = isArchive ? ZipArchive.open(bytes, name) : null;
  const member = async (path: string): Promise<Readonly<Record<string, unknown>> | null> => {
    if (archive === null || !archive.members.some((one) => one.name === path)) return null;
    const read = parseJson(await archive.read(path), `${name}: ${path}`);
    return isPlainObject(read) ? read : null;
  };
  const [metadata, config] = [await member("metadata.json"), await member("config.json")];
  return new FileEditorClass(name, objectsOf(tree), { metadata, config });
}

export type KerasFileEditor = FileEditorClass;

export interface KerasFileEditorConstructor {
  (filepath: FileSource): Promise<KerasFileEditor>;
  new (filepath: FileSource): Promise<KerasFileEditor>;
}

/**
 * Opens a `.keras` or `.weights.h5` file (a path, a URL, bytes, a `Blob`), to look at its weights, change what they are
 * called, add and remove some, and write them as a `.weights.h5` file: for a model that has changed since they were
 * saved. Reading takes time, so this gives a promise.
 *
 * Objects go by their path (`"layers/dense_1"`), or by their name where it is the only one.
 *
 * @throws {FormatError} for damaged and for older files.
 * @example
 * const editor = await saving.KerasFileEditor(saving.modelToBytes(model));
 * editor.summary({ printFn: (text) => console.log(text) });
 * editor.renameObject("layers/dense", "head");
 * const bytes = editor.toBytes(); // or: await editor.save("edited.weights.h5")
 * @see Keras `saving/file_editor.py`
 */
export const KerasFileEditor: KerasFileEditorConstructor = /* @__PURE__ */ makeConstructor();

function makeConstructor(): KerasFileEditorConstructor {
  function KerasFileEditor(filepath: FileSource): Promise<FileEditorClass> {
    if (filepath === undefined || filepath === null || isPlainObject(filepath))
      throw new OptionError(
        `KerasFileEditor: expected a path, a URL, bytes or a Blob, received ${isPlainObject(filepath) ? "an object of options" : String(filepath)}.`,
      );
    return open(filepath);
  }
  // An opened file is an instance of what opened it.
  Object.defineProperty(KerasFileEditor, "prototype", { value: FileEditorClass.prototype });
  // SAFETY: a function that returns an object gives that with `new` as well.
  return KerasFileEditor as unknown as KerasFileEditorConstructor;
}
