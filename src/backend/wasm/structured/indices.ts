import { bytesOf, kindOf, type DType } from "../../../ir/dtypes.ts";
import { i32, i64, select, type Expr, type FunctionBuilder, type Local } from "../assembler/index.ts";

type Int = Expr<"i32">;

function loadInteger(dtype: DType, address: Int): Int {
  switch (dtype) {
    case "int8":
      return i32.load8S(address);
    case "uint8":
    case "bool":
      return i32.load8U(address);
    case "int16":
      return i32.load16S(address);
    case "uint16":
      return i32.load16U(address);
    default:
      return i32.load(address);
  }
}

/** Reads an integer of any integer dtype and moves it into `[0, limit]`. */
export function loadClamped(
  fn: FunctionBuilder,
  target: Local<"i32">,
  dtype: DType,
  address: Int,
  limit: number,
): void {
  const unsigned = kindOf(dtype) === "uint";
  if (bytesOf(dtype) === 8) {
    const wide = fn.local("i64", i64.load(address));
    const above = unsigned ? i64.gtU(wide, BigInt(limit)) : i64.gtS(wide, BigInt(limit));
    fn.set(target, select(i32.const(limit), i32.wrapI64(wide), above));
    if (!unsigned) fn.if(i64.ltS(wide, 0n), () => fn.set(target, 0));
    return;
  }
  fn.set(target, loadInteger(dtype, address));
  if (!unsigned) fn.if(i32.ltS(target, 0), () => fn.set(target, 0));
  fn.if(i32.gtU(target, limit), () => fn.set(target, limit));
}
