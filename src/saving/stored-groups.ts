import type { FileArray } from "../codec/array.ts";
import type { Hdf5AttributeInput } from "../codec/hdf5/index.ts";
import { isLayer, type LayerBase } from "../graph/layer-base.ts";
import type { VariableStore } from "../graph/stored-operation.ts";
import type { DType, TypedArray } from "../ir/dtypes.ts";
import { toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { FormatError } from "../util/errors.ts";
import { seedAttribute } from "./seed-states.ts";
import { type WeightGroup, weightGroups } from "./saveables.ts";

/** A group of a weights file with its values. */
export interface StoredGroup {
  readonly path: string;
  readonly attributes: ReadonlyMap<string, Hdf5AttributeInput>;
  readonly values: ReadonlyMap<string, FileArray>;
}

/** All groups of a model's weights file with what each holds: the object's variables, or what its own code gives. */
export function storedGroups(root: LayerBase): StoredGroup[] {
  return weightGroups(root).map((group) => {
    const custom = customOwner(group);
    return {
      path: group.path,
      attributes: new Map<string, Hdf5AttributeInput>([["name", group.name], ...seedAttribute(group)]),
      values: custom === null ? valuesOf(group) : customValues(custom),
    };
  });
}

/** The object, if its own code says what is kept of it. */
export function customOwner({ owner }: WeightGroup): LayerBase | null {
  return isLayer(owner) && owner.storesItself ? owner : null;
}

function valuesOf({ variables }: WeightGroup): ReadonlyMap<string, FileArray> {
  return new Map(
    variables.map((variable, i) => [
      String(i),
      toFileArray(variable.shape, variable.dtype, variable.storedSync()),
    ]),
  );
}

function customValues(layer: LayerBase): ReadonlyMap<string, FileArray> {
  const store: VariableStore = new Map();
  layer.saveOwnVariables(store);
  return new Map(
    [...store].map(([name, input]) => {
      if (name === "" || name.includes("/"))
        throw new FormatError(
          `${layer.where}: saveOwnVariables: expected a name without "/", received ${JSON.stringify(name)}.`,
        );
      const tensor = toValue(input) as Tensor; // SAFETY: outside a graph there are no symbolic values
      return [name, toFileArray(tensor.dims, tensor.dtype, tensor.storedSync())];
    }),
  );
}

function toFileArray(shape: readonly number[], dtype: DType, data: TypedArray): FileArray {
  return { shape, dtype, data: data as FileArray["data"] }; // SAFETY: no dtype has clamped arrays
}
