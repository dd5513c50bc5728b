/** `Conv2DTranspose` → `conv2d_transpose`, `ReLU` → `re_lu`, by Keras's rule. @see Keras `utils/naming.py` */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

const counters = new Map<string, number>();

/** A name that no object of this process has been given automatically: `dense`, `dense_1`, `dense_2`. */
export function autoName(prefix: string): string {
  const base = toSnakeCase(prefix);
  const count = counters.get(base) ?? 0;
  counters.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/** Starts automatic names (and other per-session counters) afresh. @see Keras `clear_session` */
export function resetNames(): void {
  counters.clear();
}

const scopes: string[] = [];

/** Runs `f` with `name` appended to the path that new variables get. */
export function withNameScope<T>(name: string, f: () => T): T {
  scopes.push(name);
  try {
    return f();
  } finally {
    scopes.pop();
  }
}

/** Runs `f` with several names appended, as for what is made beside a variable of such a path. */
export function withNameScopes<T>(names: readonly string[], f: () => T): T {
  const [first, ...rest] = names;
  return first === undefined ? f() : withNameScope(first, () => withNameScopes(rest, f));
}

/** Runs `f` with these names in place of the present ones. */
export function withPath<T>(names: readonly string[], f: () => T): T {
  const outer = scopes.splice(0, scopes.length, ...names);
  try {
    return f();
  } finally {
    scopes.splice(0, scopes.length, ...outer);
  }
}

/** The names that new paths begin with, joined by `/`. */
export function currentPath(): string {
  return scopes.join("/");
}

/** The path of a variable made now: enclosing scopes and its name, joined by `/`. */
export function pathOf(name: string): string {
  return [...scopes, name].join("/");
}
