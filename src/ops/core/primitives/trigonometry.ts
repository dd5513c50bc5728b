import { needTrigonometry } from "../../../backend/kernels/trigonometry.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

const needs = [needTrigonometry];

export const acos: typeof p.acos = bringing(needs, p.acos);
export const asin: typeof p.asin = bringing(needs, p.asin);
export const atan: typeof p.atan = bringing(needs, p.atan);
export const atan2: typeof p.atan2 = bringing(needs, p.atan2);
export const cos: typeof p.cos = bringing(needs, p.cos);
export const digamma: typeof p.digamma = bringing(needs, p.digamma);
export const lgamma: typeof p.lgamma = bringing(needs, p.lgamma);
export const sin: typeof p.sin = bringing(needs, p.sin);
export const tan: typeof p.tan = bringing(needs, p.tan);
