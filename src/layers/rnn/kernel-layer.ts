import type { Activation } from "../../activations/activation.ts";
import type { Constraint } from "../../constraints/constraint.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Initializer } from "../../initializers/initializer.ts";
import type { Regularizer } from "../../regularizers/regularizer.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type Given, layerOptionNames, type ParameterTable } from "../../util/parameters.ts";
import type { RecurrentWeightOptions, KernelCell } from "./gate-cell.ts";
import { checkFlags, RecurrentLayer, sequenceParameters, type SequenceOptions } from "./rnn-layer.ts";

/** Arguments of a layer with a built-in cell, with all defaults filled in. */
export interface BoundLayer extends LayerOptions, RecurrentWeightOptions, Given<SequenceOptions> {
  readonly useCudnn?: "auto" | boolean;
}

/** Binds the constructor's arguments. */
export function bindLayer<T extends BoundLayer>(
  className: string,
  table: ParameterTable,
  args: readonly unknown[],
): T {
  const given = bindParameters<T>(className, table, args, [
    ...layerOptionNames,
    "zeroOutputForMask",
    "implementation",
    "unroll",
  ]);
  const bound: T = {
    ...given,
    unroll: given.unroll ?? false,
    zeroOutputForMask: given.zeroOutputForMask ?? false,
  };
  checkFlags(className, bound, [...Object.keys(sequenceParameters), "zeroOutputForMask"]);
  const { useCudnn = "auto" } = bound;
  if (useCudnn !== "auto" && typeof useCudnn !== "boolean") {
    throw new OptionError(
      `${className}: expected \`useCudnn\` to be "auto", true or false, received ${JSON.stringify(useCudnn)}.`,
    );
  }
  return bound;
}

/** The arguments that such a layer hands to its cell. */
export function cellArguments(
  given: BoundLayer,
  cellTable: ParameterTable,
  name: string,
): Record<string, unknown> {
  const names = [...Object.keys(cellTable), "implementation", "dtype", "trainable"];
  const entries = names.map((key): [string, unknown] => [key, Reflect.get(given, key)]);
  return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)), name };
}

/** What SimpleRNN, GRU, LSTM and the convolutional ones share: the options of their cell. */
export abstract class KernelLayer<C extends KernelCell> extends RecurrentLayer<C> {
  constructor(cell: C, given: BoundLayer, rank: number) {
    super(cell, given);
    this.inputSpec = new InputSpec({ ndim: rank });
  }

  get activation(): Activation {
    return this.cell.activation;
  }

  get recurrentActivation(): Activation {
    return this.cell.recurrentActivation;
  }

  get useBias(): boolean {
    return this.cell.useBias;
  }

  get kernelInitializer(): Initializer {
    return this.cell.kernelInitializer;
  }

  get recurrentInitializer(): Initializer {
    return this.cell.recurrentInitializer;
  }

  get biasInitializer(): Initializer {
    return this.cell.biasInitializer;
  }

  get kernelRegularizer(): Regularizer | null {
    return this.cell.kernelRegularizer;
  }

  get recurrentRegularizer(): Regularizer | null {
    return this.cell.recurrentRegularizer;
  }

  get biasRegularizer(): Regularizer | null {
    return this.cell.biasRegularizer;
  }

  get kernelConstraint(): Constraint | null {
    return this.cell.kernelConstraint;
  }

  get recurrentConstraint(): Constraint | null {
    return this.cell.recurrentConstraint;
  }

  get biasConstraint(): Constraint | null {
    return this.cell.biasConstraint;
  }

  get dropout(): number {
    return this.cell.dropout;
  }

  get recurrentDropout(): number {
    return this.cell.recurrentDropout;
  }

  get seed(): number | null {
    return this.cell.seed;
  }

  /** As Keras writes it: without what only chooses an implementation. */
  override getConfig(): Record<string, unknown> {
    const { useCudnn: _, ...config } = super.getConfig();
    return { ...config, unroll: this.unroll, zeroOutputForMask: this.zeroOutputForMask };
  }
}
