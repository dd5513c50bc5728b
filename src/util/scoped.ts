/** Runs `f`, then `leave`: at once, or when the promise that `f` gave is settled. */
export function scoped<T>(f: () => T, leave: () => void): T {
  let result: T;
  try {
    result = f();
  } catch (error) {
    leave();
    throw error;
  }
  if (result instanceof Promise) return result.finally(leave) as T; // SAFETY: a promise of the same
  leave();
  return result;
}
