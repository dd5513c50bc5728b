import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { AntlerError, ShapeError } from "../util/errors.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { Operation } from "./operation.ts";
import type { Variable } from "./variable.ts";

/** What an operation writes into a weights file, by names of its choice. */
export type VariableStore = Map<string, TensorInput>;

/** What a weights file has for an operation, by the same names. */
export type StoredVariables = ReadonlyMap<string, Tensor>;

/** Files that an operation puts into a model's `assets`, by their names. */
export type AssetStore = Map<string, string | Uint8Array>;

/** The files that a model's `assets` have for an operation, by the same names. */
export type StoredAssets = ReadonlyMap<string, Uint8Array>;

/**
 * An operation with a state that files keep.
 *
 * A custom layer whose state is more than its variables overrides `saveOwnVariables` and `loadOwnVariables` (numbers, in
 * the weights file), or has `saveAssets` and `loadAssets` (files of its own, as a vocabulary).
 *
 * @see Keras `saving/saving_lib.py`
 */
export abstract class StoredOperation extends Operation {
  /** Its own variables, without those of its parts. */
  abstract get ownVariables(): Variable[];

  /** Those of them that files keep, in the order of the file. */
  get storedVariables(): readonly Variable[] {
    return this.ownVariables;
  }

  /** Whether code of its own says what is kept of it. */
  get storesItself(): boolean {
    const { saveOwnVariables, loadOwnVariables } = StoredOperation.prototype;
    return this.saveOwnVariables !== saveOwnVariables || this.loadOwnVariables !== loadOwnVariables;
  }

  /** Puts its own variables into a store; by default under `"0"`, `"1"`, … */
  saveOwnVariables(store: VariableStore): void {
    this.storedVariables.forEach((variable, i) => store.set(String(i), variable.value));
  }

  /**
   * Sets its own variables from what `saveOwnVariables` had put into a store.
   *
   * @throws {AntlerError} when the store has not as many, or a shape differs.
   */
  loadOwnVariables(store: StoredVariables): void {
    const own = this.storedVariables;
    if (store.size !== own.length) {
      throw new AntlerError(
        `${this.name} (${this.className}): expected ${own.length} variables, the file has ${store.size} (${[...store.keys()].join(", ")}).`,
      );
    }
    const values = own.map((variable, i) => ({ variable, value: store.get(String(i)) }));
    for (const { variable, value } of values) {
      if (value === undefined || !sameShape(value.dims, variable.shape)) {
        throw new ShapeError(
          `${this.name} (${this.className}): expected ${formatShape(variable.shape)} for ${variable.path}, the file has ${value === undefined ? "none" : formatShape(value.dims)}.`,
        );
      }
    }
    for (const { variable, value } of values) if (value !== undefined) variable.assign(value);
  }

  /** Puts files into a model's `assets`. */
  saveAssets?(files: AssetStore): void;

  /** Takes back what `saveAssets` had put there. */
  loadAssets?(files: StoredAssets): void;
}
