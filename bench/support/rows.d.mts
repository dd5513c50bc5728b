import type { Row } from "./report.ts";
export const rows: readonly (Row & { readonly workload: string })[];
export function gemmSize(key: string): readonly number[];
