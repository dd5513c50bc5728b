import { needControlFlow } from "../../../backend/kernels/control.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const cond: typeof p.cond = bringing([needControlFlow], p.cond);
export const scan: typeof p.scan = bringing([needControlFlow], p.scan);
export const whileLoop: typeof p.whileLoop = bringing([needControlFlow], p.whileLoop);
