export { AdditiveAttention } from "./additive-attention.ts";
export { Attention } from "./attention.ts";
export { GroupQueryAttention } from "./group-query-attention.ts";
export { MultiHeadAttention } from "./multi-head-attention.ts";
