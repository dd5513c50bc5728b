import type { FileArray } from "../codec/array.ts";
import { crc32 } from "../codec/checksums.ts";
import { type Hdf5Node, readHdf5, writeHdf5 } from "../codec/hdf5/index.ts";
import { isArray } from "../callbacks/state-values.ts";
import type { StateTree } from "../callbacks/training-run.ts";
import type { HostArray } from "../graph/compiled-function.ts";
import { allocate, dtypes, type TypedArray } from "../ir/dtypes.ts";
import type { ModelClass } from "../models/model.ts";
import { FormatError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { readFile, writeFileAtomic } from "../util/platform/index.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";
import { addDataset, addGroup, finishGroup } from "./weight-tree.ts";
import { readWeights, trainingStateGroup, weightsTree } from "./weights-file.ts";

/** Stands for an array in the JSON: the array is the dataset of that number. */
const arrayKey = "$array";

/**
 * Writes a model's weights, its optimizer's state and the state of its training as one `.weights.h5` file, so that all
 * are of one moment whenever the writer is killed. Keras reads the weights of such a file.
 *
 * The state is JSON (`training_state/json`, bytes of UTF-8, and their checksum) that refers to arrays
 * (`training_state/0`, …).
 */
export async function writeBackup(model: ModelClass, path: string, state: StateTree): Promise<void> {
  const file = weightsTree(model);
  const group = addGroup(file, [trainingStateGroup]);
  const arrays: HostArray[] = [];
  const json = new TextEncoder().encode(pythonJson(withReferences(state, arrays)));
  addDataset(group, "json", flat(json));
  addDataset(group, "crc32", flat(Uint32Array.of(crc32(json))));
  arrays.forEach(({ data }, i) => addDataset(group, String(i), flat(data)));
  await writeFileAtomic(path, writeHdf5(finishGroup(file)));
}

function withReferences(state: StateTree, arrays: HostArray[]): unknown {
  if (Array.isArray(state)) return state.map((item: StateTree) => withReferences(item, arrays));
  if (isArray(state)) {
    arrays.push(state);
    return { [arrayKey]: arrays.length - 1, dtype: state.dtype, shape: state.shape };
  }
  if (typeof state !== "object" || state === null) return state;
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, withReferences(value, arrays)]),
  );
}

/** Elements as they are in memory, whatever their dtype. */
function flat(data: TypedArray): FileArray {
  const dtype = storedAs[data.constructor.name] ?? "uint8";
  return { shape: [data.length], dtype, data: data as FileArray["data"] }; // SAFETY: no dtype has clamped arrays
}

const storedAs: Readonly<Record<string, FileArray["dtype"]>> = {
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  BigUint64Array: "uint64",
};

/**
 * Sets a model's weights and its optimizer's state from a backup.
 *
 * @returns The state of training; null where the file has weights alone, as those that Keras backs up.
 * @throws {FormatError} when the file is damaged or of another model; then nothing has been changed.
 */
export async function readBackup(model: ModelClass, path: string): Promise<StateTree> {
  const file = await readHdf5(await readFile(path), path);
  const kept = file.children.get(trainingStateGroup);
  const state = kept === undefined ? null : stateOf(kept, `${path}: ${trainingStateGroup}`);
  readWeights(model, file, path);
  return state;
}

function stateOf(group: Hdf5Node, where: string): StateTree {
  if (group.kind !== "group") throw new FormatError(`${where}: expected a group, found a dataset.`);
  const json = elementsOf(group.children.get("json"), `${where}/json`);
  if (!(json instanceof Uint8Array)) throw new FormatError(`${where}/json: expected bytes.`);
  const [sum] = elementsOf(group.children.get("crc32"), `${where}/crc32`);
  if (sum !== crc32(json)) throw new FormatError(`${where}/json: damaged: its checksum is another.`);
  const resolve = (value: unknown): StateTree => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!isPlainObject(value)) return value as StateTree; // SAFETY: JSON that is neither array nor object
    if (!(arrayKey in value))
      return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, resolve(child)]));
    return arrayOf(value, group.children.get(String(value[arrayKey])), where);
  };
  try {
    return resolve(parsePythonJson(new TextDecoder("utf-8", { fatal: true }).decode(json)));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${where}/json: it is not JSON (${String(error)}).`, { cause: error });
  }
}

function arrayOf(
  reference: Readonly<Record<string, unknown>>,
  node: Hdf5Node | undefined,
  where: string,
): HostArray {
  const place = `${where}/${String(reference[arrayKey])}`;
  const dtype = dtypes.find((name) => name === reference["dtype"]);
  const shape: unknown = reference["shape"];
  const data = elementsOf(node, place);
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
  if (dtype === undefined || !isShape)
    throw new FormatError(`${place}: expected the dtype and shape of an array.`);
  const dims = shape as readonly number[]; // SAFETY: as just checked
  const isRight =
    data.length === dims.reduce((size, n) => size * n, 1) &&
    data.constructor === allocate(dtype, 0).constructor;
  if (!isRight) throw new FormatError(`${place}: its elements are not those of a ${dtype} [${dims.join()}].`);
  return { data, shape: dims, dtype };
}

function elementsOf(node: Hdf5Node | undefined, place: string): TypedArray {
  const value = node?.kind === "dataset" ? node.read() : undefined;
  if (value === undefined || value.dtype === "string" || value.dtype === "opaque")
    throw new FormatError(`${place}: expected a dataset of numbers.`);
  return value.data;
}
