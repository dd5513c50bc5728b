import * as constraints from "../constraints/index.ts";
import { DTypePolicy } from "../graph/dtype-policy.ts";
import { DTypePolicyMap } from "../graph/dtype-policy-map.ts";
import * as initializers from "../initializers/index.ts";
import * as applicationLayers from "../layers/applications/index.ts";
import * as layers from "../layers/index.ts";
import * as losses from "../losses/index.ts";
import * as metrics from "../metrics/index.ts";
import * as distillation from "../models/distillation/index.ts";
import { Cross, Feature, TFDIdentity } from "../models/feature-space/feature.ts";
import { FeatureSpace } from "../models/feature-space/feature-space.ts";
import { ModelClass } from "../models/model.ts";
import * as dtypePolicies from "../graph/quantized-dtype-policy.ts";
import { Sequential } from "../models/sequential.ts";
import * as ops from "../ops/index.ts";
import type { Op } from "../ops/core/op.ts";
import * as optimizers from "../optimizers/index.ts";
import * as schedules from "../optimizers/schedules/index.ts";
import * as quantizers from "../quantizers/index.ts";
import * as regularizers from "../regularizers/index.ts";
import { FormatError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import { type CustomObjects, getRegisteredObject } from "./custom-objects.ts";

/** A class that configurations name: made from its configuration by `fromConfig`, or by its constructor. */
export interface SerializableClass {
  new (config: Readonly<Record<string, unknown>>): object;
  readonly className?: string;
  readonly name: string;
  fromConfig?(config: Readonly<Record<string, unknown>>, options?: object): object;
}

/** Keras's public modules, and the classes Antler has for them. */
const modules: Readonly<Record<string, object>> = {
  "keras.layers": layers,
  "keras.applications": applicationLayers,
  "keras.initializers": initializers,
  "keras.regularizers": regularizers,
  "keras.constraints": constraints,
  "keras.losses": losses,
  "keras.metrics": metrics,
  "keras.optimizers": optimizers,
  "keras.optimizers.schedules": schedules,
  "keras.quantizers": quantizers,
  "keras.distillation": distillation,
  "keras.dtype_policies": { ...dtypePolicies, DTypePolicyMap },
  "keras.utils": { FeatureSpace },
  "keras.src.layers.preprocessing.feature_space": { Cross, Feature, TFDIdentity },
};

/** The class a configuration names. `registeredName` and `className` as in the file; custom objects win. */
export function findClass(
  module: string | null,
  className: string,
  registeredName: string | null,
  customObjects: CustomObjects,
): SerializableClass {
  for (const name of [registeredName, className]) {
    const found = name === null ? null : getRegisteredObject(name, customObjects);
    if (typeof found === "function") return found as SerializableClass; // SAFETY: classes are functions; others fail at use
  }
  if (className === "Functional" || className === "Model") return ModelClass as unknown as SerializableClass; // SAFETY: a class with fromConfig
  if (className === "Sequential") return Sequential as unknown as SerializableClass; // SAFETY: as above
  // `Policy` is its name in tf.keras.
  if (className === "DTypePolicy" || className === "FloatDTypePolicy" || className === "Policy")
    return DTypePolicy as unknown as SerializableClass; // SAFETY: as above; made by its own constructor
  if (className === "GPTQDTypePolicy" || className === "AWQDTypePolicy")
    throw new FormatError(
      `the policy "${className}" is not supported: quantizations that are calibrated with data are not read. Save the model in Keras before it is quantized.`,
    );
  const found = builtIn(module, className);
  if (found !== undefined) return found;
  throw unknownClass(module, className, registeredName);
}

function builtIn(module: string | null, className: string): SerializableClass | undefined {
  // Backends other than Antler's write private module names: the class's name decides, in the module's family.
  const family = Object.keys(modules).filter(
    (name) => module === null || !module.startsWith("keras") || sameFamily(module, name),
  );
  for (const name of family) {
    const found = (modules[name] as Readonly<Record<string, unknown>>)[className]; // SAFETY: a namespace object
    if (typeof found === "function" && "className" in found) return found as unknown as SerializableClass; // SAFETY: a class of ours
  }
  return undefined;
}

function sameFamily(module: string, name: string): boolean {
  if (module === name) return true;
  const last = name.split(".").at(-1) ?? "";
  const words: Readonly<Record<string, RegExp>> = {
    optimizers: /optimizers(?!.*schedule)/,
    schedules: /schedule/,
    layers: /layers/,
  };
  return module.startsWith("keras.src") ? (words[last] ?? new RegExp(last)).test(module) : false;
}

function unknownClass(module: string | null, className: string, registeredName: string | null): FormatError {
  const shown = registeredName === null || registeredName === className ? className : registeredName;
  const known = Object.values(modules).flatMap((namespace) => Object.keys(namespace));
  const isOurs = module?.startsWith("keras") === true;
  return new FormatError(
    isOurs
      ? `the class "${className}" (${module}) does not exist in Antler. Supply a class for it in customObjects: { ${className}: … }.`
      : `unknown class "${shown}".${didYouMean(className, known)} Supply it in customObjects: { ${className}: … }, or register it with saving.registerKerasSerializable.`,
  );
}

let opsByClass: ReadonlyMap<string, Op> | null = null;

/** The op whose graph node has such a class, as `keras.src.ops.numpy.Add`; undefined when there is none. */
export function findOp(module: string, className: string): Op | undefined {
  opsByClass ??= new Map(
    // Where several functions share a class, the first one stands for it.
    [...Object.values(ops), ...Object.values(ops.image)].toReversed().flatMap((value): [string, Op][] => {
      if (typeof value !== "function" || !("op" in value)) return [];
      const op = value.op as Op; // SAFETY: functions made by defineOp carry their op
      return [
        [`${op.module}.${op.className}`, op],
        [`.${op.className}`, op],
      ];
    }),
  );
  const own = module.split(".").at(-1) ?? "";
  return opsByClass.get(`${own}.${className}`) ?? opsByClass.get(`.${className}`);
}
