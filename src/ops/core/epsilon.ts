import { OptionError } from "../../util/errors.ts";
import { setEpsilon as set } from "../../util/epsilon.ts";
import { clearEagerCache } from "./eager.ts";

/**
 * Sets the small number that keeps divisions and logarithms finite, for everything traced from here on.
 *
 * @throws {OptionError} unless it is a positive number.
 * @see Keras `config.set_epsilon`
 */
export function setEpsilon(value: number): void {
  if (!(typeof value === "number" && value > 0)) {
    throw new OptionError(
      `config.setEpsilon: expected a positive number, received ${JSON.stringify(value)}.`,
    );
  }
  set(value);
  clearEagerCache();
}
