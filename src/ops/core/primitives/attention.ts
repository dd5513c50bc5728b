import { needAttentionKernels } from "../../../backend/kernels/attention.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const attention: typeof p.attention = bringing([needAttentionKernels], p.attention);
export const attentionGrad: typeof p.attentionGrad = bringing([needAttentionKernels], p.attentionGrad);
