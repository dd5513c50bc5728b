import { OptionError } from "./errors.ts";

let value = 1e-7;

/** The small number that keeps divisions and logarithms finite. @see Keras `config.epsilon` */
export function epsilon(): number {
  return value;
}

/**
 * Sets the small number that keeps divisions and logarithms finite, for everything traced from here on.
 *
 * @throws {OptionError} unless it is a positive number.
 * @see Keras `config.set_epsilon`
 */
export function setEpsilon(epsilon: number): void {
  if (!(typeof epsilon === "number" && epsilon > 0)) {
    throw new OptionError(
      `config.setEpsilon: expected a positive number, received ${JSON.stringify(epsilon)}.`,
    );
  }
  value = epsilon;
}
