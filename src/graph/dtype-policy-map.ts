import { quantizationModes } from "../quantizers/modes.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindArguments, isPlainObject } from "../util/options.ts";
import { DTypePolicy, type DTypePolicyLike, dtypePolicy, toPolicy } from "./dtype-policy.ts";
import type { LayerBase } from "./layer-base.ts";
import { whenMade } from "./made-layers.ts";
import { currentPath } from "./naming.ts";
import { quantizedPolicy } from "./quantized-dtype-policy.ts";

class DTypePolicyMapClass extends DTypePolicy {
  static override readonly className: string = "DTypePolicyMap";
  static override readonly module: string = "keras.dtype_policies";
  readonly #given: DTypePolicy | null;
  readonly #policies = new Map<string, DTypePolicy>();

  constructor(...args: readonly unknown[]) {
    super("float32");
    const names = ["defaultPolicy", "policyMap"];
    const { defaultPolicy = null, policyMap = null } = bindArguments(
      "DTypePolicyMap",
      names,
      args,
      [],
      (name) => name === "policyMap",
    );
    if (defaultPolicy instanceof DTypePolicyMapClass)
      throw new OptionError("DTypePolicyMap: expected defaultPolicy to be one policy, received a map.");
    this.#given = defaultPolicy === null ? null : read(defaultPolicy);
    if (policyMap !== null && !isPlainObject(policyMap))
      throw new OptionError(
        `DTypePolicyMap: expected policyMap to be an object of policies by path, received ${typeof policyMap}.`,
      );
    for (const [path, policy] of Object.entries(policyMap ?? {})) this.set(path, policy as DTypePolicyLike); // SAFETY: set checks it
    // As the default policy, which may be the global one.
    const of = (tell: (policy: DTypePolicy) => unknown): PropertyDescriptor => ({
      get: () => tell(this.defaultPolicy),
      configurable: true,
      enumerable: true,
    });
    Object.defineProperties(this, {
      name: of(({ name }) => `map_${name}`),
      computeDtype: of(({ computeDtype }) => computeDtype),
      variableDtype: of(({ variableDtype }) => variableDtype),
      quantizationMode: of(({ quantizationMode }) => quantizationMode),
    });
    whenMade.add(followMap);
  }

  /** The policy of layers that no path fits. */
  get defaultPolicy(): DTypePolicy {
    return this.#given ?? dtypePolicy();
  }

  /**
   * The policy for a layer's path: that of the same path; else of the only one that, as a regular expression, fits the
   * whole path; else the default.
   *
   * @throws {OptionError} when several fit.
   */
  get(path: string): DTypePolicy {
    const exact = this.#policies.get(path);
    if (exact !== undefined) return exact;
    const fitting = [...this.#policies].filter(([pattern]) => expression(pattern).test(path));
    const [only] = fitting;
    if (fitting.length > 1)
      throw new OptionError(
        `DTypePolicyMap: the path "${path}" fits several keys: ${fitting.map(([pattern]) => pattern).join(", ")}. Let each path fit one.`,
      );
    return only === undefined ? this.defaultPolicy : only[1];
  }

  /**
   * Adds a policy for a path, or for all that a regular expression fits as a whole: `"encoder/.*"`.
   *
   * @throws {OptionError} for keys that are there already, or are no regular expressions, and for unknown policies.
   */
  set(path: string, policy: DTypePolicyLike): this {
    const known = this.#policies.get(path);
    if (known !== undefined)
      throw new OptionError(
        `DTypePolicyMap: "${path}" is there already, with ${known.name}. Delete it before it is set.`,
      );
    expression(path);
    this.#policies.set(path, read(policy));
    return this;
  }

  /** Whether there is such a key; expressions are not tried. */
  has(path: string): boolean {
    return this.#policies.has(path);
  }

  /** Removes a key; gives whether there was one. */
  delete(path: string): boolean {
    return this.#policies.delete(path);
  }

  get size(): number {
    return this.#policies.size;
  }

  keys(): IterableIterator<string> {
    return this.#policies.keys();
  }

  values(): IterableIterator<DTypePolicy> {
    return this.#policies.values();
  }

  entries(): IterableIterator<[string, DTypePolicy]> {
    return this.#policies.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, DTypePolicy]> {
    return this.entries();
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { defaultPolicy: this.#given, policyMap: Object.fromEntries(this.#policies) };
  }

  static fromConfig(config: Readonly<Record<string, unknown>>): DTypePolicyMapClass {
    return new DTypePolicyMapClass(config["defaultPolicy"] ?? null, config["policyMap"] ?? {});
  }
}

function read(policy: unknown): DTypePolicy {
  if (typeof policy === "string" && quantizationModes.some((mode) => policy.startsWith(mode)))
    return quantizedPolicy(policy);
  return toPolicy(policy as DTypePolicyLike); // SAFETY: toPolicy checks it
}

/** A key as an expression for whole paths. */
function expression(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, "u");
  } catch (error) {
    throw new OptionError(
      `DTypePolicyMap: expected a path, or a regular expression for paths, received ${JSON.stringify(pattern)}.`,
      { cause: error },
    );
  }
}

/** Paths of layers that have a map for their policy. */
const paths = new WeakMap<LayerBase, string>();

/** The path of a layer: that of its weights, known once it is built. */
function pathOf(layer: LayerBase): string | null {
  const known = paths.get(layer);
  if (known !== undefined) return known;
  const path = currentPath();
  if (path !== layer.name && !path.endsWith(`/${layer.name}`)) return null;
  paths.set(layer, path);
  return path;
}

/** The policy that a layer has by its map; before it is built, the default. */
function policyOf(layer: LayerBase): DTypePolicy {
  const { dtypePolicy: policy } = layer;
  if (!(policy instanceof DTypePolicyMapClass)) return policy;
  const path = pathOf(layer);
  const found = path === null ? policy.defaultPolicy : policy.get(path);
  if (found.quantizationMode === null) return found;
  throw new OptionError(
    `${layer.where}: its DTypePolicyMap has the policy ${found.name} for it. Quantize the layer instead: layer.quantize("${found.quantizationMode}").`,
  );
}

/** Lets a layer that is made with a map compute in the dtypes of its path. */
function followMap(layer: LayerBase): void {
  if (!(layer.dtypePolicy instanceof DTypePolicyMapClass)) return;
  const of = (tell: (policy: DTypePolicy) => unknown): PropertyDescriptor => ({
    get: () => tell(policyOf(layer)),
    configurable: true,
  });
  Object.defineProperties(layer, {
    computeDtype: of(({ computeDtype }) => computeDtype),
    variableDtype: of(({ variableDtype }) => variableDtype),
    quantizationMode: of(({ quantizationMode }) => quantizationMode),
  });
}

export type DTypePolicyMap = DTypePolicyMapClass;

type Arguments =
  | readonly [
      options?: {
        readonly defaultPolicy?: DTypePolicyLike;
        readonly policyMap?: Readonly<Record<string, DTypePolicyLike>> | null;
      },
    ]
  | readonly [defaultPolicy: DTypePolicyLike, policyMap?: Readonly<Record<string, DTypePolicyLike>> | null];

export interface DTypePolicyMapConstructor {
  (...args: Arguments): DTypePolicyMap;
  new (...args: Arguments): DTypePolicyMap;
  readonly className: string;
  readonly module: string;
  fromConfig(config: Readonly<Record<string, unknown>>): DTypePolicyMap;
}

/**
 * Policies for the layers inside a layer, by their paths; goes where a layer takes `dtype`, and from there to the layers
 * that it makes. As a policy by itself it is the default one.
 *
 * @param defaultPolicy - For layers that no path fits. Default: the global policy, as it is when it is asked for.
 * @param policyMap - Policies by path, or by regular expression for whole paths.
 * @throws {OptionError} for keys that are no regular expressions, and unknown policies.
 * @example
 * const dtype = dtypePolicies.DTypePolicyMap("float32", { ".*\/query": "mixed_bfloat16" });
 * const attention = layers.MultiHeadAttention(2, 8, { dtype }); // its query projection computes in bfloat16
 * @see Keras `dtype_policies/dtype_policy_map.py`
 */
export const DTypePolicyMap: DTypePolicyMapConstructor = /* @__PURE__ */ callable<
  typeof DTypePolicyMapClass,
  DTypePolicyMapConstructor
>(DTypePolicyMapClass);
