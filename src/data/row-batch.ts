import type { Rows } from "./elements.ts";

/** A batch of rows that is not stacked yet. */
export class RowBatch {
  readonly rows: Rows;
  readonly order: Uint32Array;

  constructor(rows: Rows, order: Uint32Array) {
    this.rows = rows;
    this.order = order;
  }
}
