import { DeviceError } from "../../util/errors.ts";
import type { rematerialise } from "./rematerialise.ts";

type Rematerialise = typeof rematerialise;

let provided: Rematerialise | null = null;

/** Has at hand what computes values twice where there is no room for them. */
export function provideRematerialise(f: Rematerialise): void {
  provided = f;
}

/** What computes values twice. @throws {RematerialiseMissing} where it is to be loaded first. */
export function rematerialiser(): Rematerialise {
  if (provided === null) throw new RematerialiseMissing();
  return provided;
}

/** A program that needs what is not loaded: whoever can wait loads it and tries again. */
export class RematerialiseMissing extends DeviceError {
  constructor() {
    super(
      "compile: the program has to compute some values twice to fit the memory, which fit, evaluate and predict can.",
    );
  }
}
