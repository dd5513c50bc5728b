import type { DType } from "../../../ir/dtypes.ts";

/**
 * How a dtype's elements are held in a vector register while they are computed with.
 *
 * - `f32`: 32-bit floats (float32; float16 and bfloat16 are widened when loaded, rounded when stored or cast)
 * - `i32`: 32-bit integers (8- and 16-bit ones are kept sign- or zero-extended)
 * - `bool`: 32-bit lanes of all zeros or all ones
 * - `f64`, `i64`: two 64-bit lanes
 *
 * A kernel without 64-bit values works on four lanes at a time, one with them on two; 32-bit classes then use the
 * lower two lanes.
 */
export type LaneClass = "f32" | "f64" | "i32" | "i64" | "bool";

const classes: Record<DType, LaneClass> = {
  bool: "bool",
  int8: "i32",
  int16: "i32",
  int32: "i32",
  int64: "i64",
  uint8: "i32",
  uint16: "i32",
  uint32: "i32",
  uint64: "i64",
  float16: "f32",
  bfloat16: "f32",
  float32: "f32",
  float64: "f64",
};

export function laneClass(dtype: DType): LaneClass {
  return classes[dtype];
}

/** Whether a dtype needs 64-bit lanes. */
export function isWide(dtype: DType): boolean {
  return classes[dtype] === "f64" || classes[dtype] === "i64";
}

export function isUnsigned(dtype: DType): boolean {
  return dtype.startsWith("uint");
}

/** The sixteen bytes of a constant of a dtype, repeated over all lanes of its class. */
export function constantBytes(value: number, dtype: DType): Uint8Array {
  switch (laneClass(dtype)) {
    case "f32":
      return new Uint8Array(new Float32Array(4).fill(value).buffer);
    case "f64":
      return new Uint8Array(new Float64Array(2).fill(value).buffer);
    case "i32":
      return new Uint8Array(new Int32Array(4).fill(wrapped(value, dtype)).buffer);
    case "i64": {
      const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
      return new Uint8Array(new BigInt64Array(2).fill(BigInt.asIntN(64, whole)).buffer);
    }
    case "bool":
      return new Uint8Array(16).fill(value === 0 ? 0 : 255);
  }
}

/** An integer as the 32 bits of a lane of its dtype; infinities become the nearest end of the range. */
function wrapped(value: number, dtype: DType): number {
  const bits = Number(dtype.replace(/\D/g, ""));
  const unsigned = isUnsigned(dtype);
  if (value === Infinity) return unsigned ? (bits === 32 ? -1 : 2 ** bits - 1) : 2 ** (bits - 1) - 1;
  if (value === -Infinity) return unsigned ? 0 : -(2 ** (bits - 1));
  const whole = Number.isFinite(value) ? Math.trunc(value) : 0;
  const low = Number(BigInt.asIntN(32, BigInt(whole)));
  if (bits === 32) return low;
  return unsigned ? low & (2 ** bits - 1) : (low << (32 - bits)) >> (32 - bits);
}
