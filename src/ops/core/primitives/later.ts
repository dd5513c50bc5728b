import { needRecompute } from "../../../compiler/recompute.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const later: typeof p.later = bringing([needRecompute], p.later);
