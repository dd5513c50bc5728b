import { type DType, isFloat } from "../ir/dtypes.ts";

let current: DType | null = null;

/** Runs `f` while float variables read as `dtype` (null: as they are). @see Keras `AutocastScope` */
export function withAutocast<T>(dtype: DType | null, f: () => T): T {
  const previous = current;
  current = dtype !== null && isFloat(dtype) ? dtype : null;
  try {
    return f();
  } finally {
    current = previous;
  }
}

/** The dtype that float variables are to be read as, or null. */
export function autocastDType(): DType | null {
  return current;
}
