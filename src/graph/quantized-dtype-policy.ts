import { OptionError } from "../util/errors.ts";
import { DTypePolicy } from "./dtype-policy.ts";

/**
 * The policy of a layer whose weights are kept as 8-bit integers; it computes in the dtypes of the policy it had before.
 *
 * @see Keras `dtype_policies/dtype_policy.py`, `QuantizedDTypePolicy`
 */
export class QuantizedDTypePolicy extends DTypePolicy {
  readonly mode = "int8";
  /** Name of the policy it had before. */
  readonly sourceName: string;

  /** @throws {OptionError} for another mode. */
  constructor(mode: string, sourceName: string) {
    super(`${mode}_from_${sourceName}`, sourceName);
    if (mode !== "int8")
      throw new OptionError(
        `QuantizedDTypePolicy: expected the mode "int8", received ${JSON.stringify(mode)}.`,
      );
    this.sourceName = sourceName;
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { mode: this.mode, sourceName: this.sourceName };
  }
}
