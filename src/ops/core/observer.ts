/**
 * Stands around every call of an op or a layer that is traced or computed: it gets what is called, its arguments, and
 * the computation, whose result it returns. So an exporter sees of which ops and layers the primitives of a trace are.
 */
export type CallObserver = <T>(callee: object, args: unknown, run: () => T) => T;

let observer: CallObserver | null = null;

/** Whether calls are observed: the trace is written for something else than Antler's own engine. */
export function isObserved(): boolean {
  return observer !== null;
}

/** Runs `f` with an observer of calls. */
export function withObserver<T>(given: CallObserver, f: () => T): T {
  const previous = observer;
  observer = given;
  try {
    return f();
  } finally {
    observer = previous;
  }
}

/** Runs a call, with the observer around it where there is one. */
export function observed<T>(callee: object, args: unknown, run: () => T): T {
  return observer === null ? run() : observer(callee, args, run);
}
