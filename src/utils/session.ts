import { resetNames } from "../graph/naming.ts";
import { setDtypePolicy, setFloatx } from "../graph/dtype-policy.ts";
import { OptionError } from "../util/errors.ts";
import { enableFlashAttention } from "../util/flash-attention.ts";
import { setGlobalSeed } from "../util/seed.ts";

/**
 * Fixes everything random from here on: initial weights, shuffling, dropout; whatever the number of threads.
 *
 * @throws {OptionError} unless the seed is a whole number from 0 to 2³² − 1.
 * @see Keras `utils.set_random_seed`
 */
export function setRandomSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new OptionError(`setRandomSeed: expected a whole number from 0 to 2^32 - 1, received ${seed}.`);
  }
  setGlobalSeed(seed);
}

/** Starts automatic names, seeds, the dtype policy and the choice of flash attention afresh. @see Keras `utils.clear_session` */
export function clearSession(): void {
  resetNames();
  setGlobalSeed(null);
  setFloatx("float32");
  setDtypePolicy(null);
  enableFlashAttention();
}
