import { DeviceError } from "../util/errors.ts";

/** Names of the one device there is: the processor. */
const known = /^cpu(:0)?$/i;

/**
 * Runs `f` on a device, and gives what it gives. There is one, the processor: `"cpu"` or `"cpu:0"`. So programs written
 * for several devices run here as they say, or tell that they cannot.
 *
 * @throws {DeviceError} for another device.
 * @example
 * const x = device("cpu:0", () => ops.ones([2, 2]));
 * @see Keras `keras.device`
 */
export function device<T>(deviceName: string, f: () => T): T {
  if (typeof deviceName === "string" && known.test(deviceName)) return f();
  throw new DeviceError(
    `device: expected "cpu" or "cpu:0", the one device there is, received ${JSON.stringify(deviceName)}.`,
  );
}
