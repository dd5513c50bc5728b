import { type DType, toDType } from "../ir/dtypes.ts";
import { floatx } from "../ir/floatx.ts";
import type { QuantizationMode } from "../quantizers/modes.ts";
import { OptionError } from "../util/errors.ts";

/**
 * In which dtypes a layer computes and keeps its weights: `float32`, or mixed, as `mixed_bfloat16` (computes in
 * bfloat16, keeps float32).
 *
 * @see Keras `dtype_policies/dtype_policy.py`
 */
export class DTypePolicy {
  /** Name in files, and Keras's module for it. */
  static readonly className: string = "DTypePolicy";
  static readonly module: string = "keras";

  readonly name: string;
  /** How the weights of a layer are quantized; null where they are not. */
  readonly quantizationMode: QuantizationMode | null = null;
  readonly computeDtype: DType;
  readonly variableDtype: DType;

  /** @param source - The policy that tells the dtypes, where the name says more than these. */
  constructor(name: string, source: string = name) {
    this.name = name;
    if (source === "mixed_float16" || source === "mixed_bfloat16") {
      this.computeDtype = source === "mixed_float16" ? "float16" : "bfloat16";
      this.variableDtype = "float32";
    } else {
      this.computeDtype = toDType(source, "DTypePolicy");
      this.variableDtype = this.computeDtype;
    }
  }

  /** What the class declares of itself. */
  get statics(): { readonly className: string; readonly module: string } {
    return this.constructor as typeof DTypePolicy; // SAFETY: the constructor of a policy is its class
  }

  getConfig(): Readonly<Record<string, unknown>> {
    return { name: this.name };
  }

  toJSON(): string {
    return this.name;
  }
}

export { floatx, setFloatx } from "../ir/floatx.ts";

/** What can be given where a dtype policy is wanted. */
export type DTypePolicyLike = DTypePolicy | string | null | undefined;

let globalPolicy: DTypePolicy | null = null;

/** The policy of layers that are given none. @see Keras `config.dtype_policy` */
export function dtypePolicy(): DTypePolicy {
  return globalPolicy ?? new DTypePolicy(floatx());
}

export function setDtypePolicy(policy: DTypePolicyLike): void {
  globalPolicy = policy === null || policy === undefined ? null : toPolicy(policy);
}

export function toPolicy(policy: DTypePolicyLike): DTypePolicy {
  if (policy === null || policy === undefined) return dtypePolicy();
  if (typeof policy === "string") return new DTypePolicy(policy);
  // Configurations from files get here unchecked.
  if (policy instanceof DTypePolicy) return policy;
  throw new OptionError(
    `dtype: expected a dtype, the name of a policy, or a DTypePolicy, received ${JSON.stringify(policy)}.`,
  );
}
