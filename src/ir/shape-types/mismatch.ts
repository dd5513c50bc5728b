declare const mismatch: unique symbol;

/**
 * What a shape rule gives for inputs that cannot fit: a type no tensor has, whose name shows the reason in the
 * compiler's message, such as `ShapeMismatch<"add: cannot broadcast [null, 64] with [null, 32]">`.
 */
export interface ShapeMismatch<Reason extends string = string> {
  readonly [mismatch]: Reason;
}
