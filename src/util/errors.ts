/** Base of every error that a user of Antler can cause; the subclass says which kind it is. */
export class AntlerError extends Error {
  override readonly name: string = "AntlerError";

  /** Puts what is known further up, such as the layer, before the message; also where the stack is printed. */
  reword(message: string): void {
    this.stack = (this.stack ?? "").replace(this.message, () => message);
    this.message = message;
  }
}

/** Shapes that do not fit together, found while a graph is built or an op is called. */
export class ShapeError extends AntlerError {
  override readonly name = "ShapeError";
}

/** A dtype that an operation or a backend does not accept. */
export class DTypeError extends AntlerError {
  override readonly name = "DTypeError";
}

/** An unknown option, or a value outside what an option allows. */
export class OptionError extends AntlerError {
  override readonly name = "OptionError";
}

/** Data given to `fit`, `tensor`, a dataset loader… that cannot be used as it is. */
export class DataError extends AntlerError {
  override readonly name = "DataError";
}

/** A file or a configuration that is malformed or of an unknown format. */
export class FormatError extends AntlerError {
  override readonly name = "FormatError";
}

/** Something the device cannot do: out of memory, a missing feature, a lost worker. */
export class DeviceError extends AntlerError {
  override readonly name = "DeviceError";
}

/** Throws when an internal assumption is broken: a bug in Antler, never the user's mistake. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal error in antler: ${message}`);
}

const warned = new Set<string>();

/** Prints a warning to the console the first time it is given. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  globalThis.console.warn(`antler: ${message}`);
}
