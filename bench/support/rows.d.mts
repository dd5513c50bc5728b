import type { Row } from "./report.ts";
export const rows: readonly (Row & { readonly workload: string })[];
export function parseRow(key: string): { workload: string; action: string; numbers: readonly number[] };
