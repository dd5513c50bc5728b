/** What layers called inside another layer's call inherit from it. */
export interface CallContext {
  readonly training: boolean | null;
}

let current: CallContext | null = null;

export function currentCallContext(): CallContext | null {
  return current;
}

export function withCallContext<T>(context: CallContext, f: () => T): T {
  const previous = current;
  current = context;
  try {
    return f();
  } finally {
    current = previous;
  }
}
