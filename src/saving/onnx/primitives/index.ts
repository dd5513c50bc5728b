import type { Primitive } from "../../../ir/primitive.ts";
import type { Rule } from "../site.ts";
import { Unsupported } from "../unsupported.ts";
import { attention } from "./attention.ts";
import { controlRules } from "./control.ts";
import { castRule, elementwiseRule } from "./elementwise.ts";
import { indexingRules } from "./indexing.ts";
import { viewRules } from "./views.ts";
import { windowRules } from "./windows.ts";

const rules: Readonly<Record<string, Rule>> = {
  ...viewRules,
  ...windowRules,
  ...indexingRules,
  ...controlRules,
  cast: castRule,
  attention,
};

/** Why some primitives are not written. */
const reasons: Readonly<Record<string, string>> = {
  threefry: "it draws random numbers, which ONNX's operators cannot repeat",
  attentionGrad: "it takes a gradient",
  convFilterGrad: "it takes a gradient",
  windowMaxGrad: "it takes a gradient",
  windowSumGrad: "it takes a gradient",
};

/** How a primitive is written: by its own rule, as an element-wise one, or as what it is made of. */
export function ruleFor(primitive: Primitive): Rule {
  const own = Object.hasOwn(rules, primitive.name) ? rules[primitive.name] : undefined;
  if (own !== undefined) return own;
  switch (primitive.lowering.kind) {
    case "elementwise":
      return elementwiseRule;
    case "composite":
      return (e, site) => site.expand(e);
    default:
      return () => {
        throw new Unsupported(reasons[primitive.name] ?? `ONNX has no operator for \`${primitive.name}\``);
      };
  }
}
