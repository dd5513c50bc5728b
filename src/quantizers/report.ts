/** Why a layer was left as it is. */
export type SkipReason = "no quantize support" | "filtered out" | "already quantized";

/**
 * What `model.quantize()` did: which layers it quantized, and which it left, and why.
 *
 * @see Keras `quantizers/report.py`
 */
export class QuantizationReport {
  readonly mode: string | null;
  readonly quantized: { readonly path: string; readonly mode: string; readonly scheme: string }[] = [];
  readonly skipped: { readonly path: string; readonly reason: SkipReason }[] = [];

  constructor(mode: string | null = null) {
    this.mode = mode;
  }

  addQuantized(path: string, mode: string, scheme: string): void {
    this.quantized.push({ path, mode, scheme });
  }

  addSkipped(path: string, reason: SkipReason): void {
    this.skipped.push({ path, reason });
  }

  get numQuantized(): number {
    return this.quantized.length;
  }

  get numSkipped(): number {
    return this.skipped.length;
  }

  /** Paths of the layers that were left for a reason. */
  skippedByReason(reason: SkipReason): readonly string[] {
    return this.skipped.filter((one) => one.reason === reason).map(({ path }) => path);
  }

  /** The report as text. */
  render(): string {
    const list = (lines: readonly string[]): readonly string[] =>
      lines.length === 0 ? ["  (none)"] : lines.map((line) => `  - ${line}`);
    return [
      `Quantization report (mode='${this.mode ?? ""}')`,
      "=".repeat(65),
      `Quantized ${this.numQuantized} layer(s):`,
      ...list(this.quantized.map(({ path, mode, scheme }) => `${path} (${mode}): ${scheme}`)),
      `Skipped ${this.numSkipped} layer(s):`,
      ...list(this.skipped.map(({ path, reason }) => `${path}: ${reason}`)),
    ].join("\n");
  }
}
