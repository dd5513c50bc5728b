import { expect, it } from "vitest";
import { DeviceError } from "../util/errors.ts";
import { device } from "./device.ts";

it.each(["cpu", "cpu:0", "CPU:0"])("runs a function on %s", (name) => {
  expect(device(name, () => 7)).toBe(7);
});

it.each(["gpu", "gpu:0", "cpu:1", "cpu:00", "", "my cpu"])("refuses the device %j", (name) => {
  let hasRun = false;
  const run = (): void => void (hasRun = true);
  expect(() => device(name, run)).toThrow(DeviceError);
  expect(hasRun).toBe(false);
});
