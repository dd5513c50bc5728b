import type { Row } from "./report.ts";
export const rows: readonly (Row & { readonly workload: string })[];
export function parseRow(key: string): { workload: string; action: string; numbers: readonly number[] };
export function sizesOf(key: string): { batch?: number; width?: number; depth?: number; length?: number };
