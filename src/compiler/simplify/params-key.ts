const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function identityOf(value: object): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  identities.set(value, nextIdentity);
  return nextIdentity++;
}

function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (typeof value === "object" && value !== null) return `@${identityOf(value)}`;
  if (typeof value === "function") return `@${identityOf(value)}`;
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A key equal for equal parameters; programs and data count as equal only when they are the same object. */
export function paramsKey(params: Readonly<Record<string, unknown>>): string {
  let key = "";
  for (const name of Object.keys(params).toSorted()) key += `${name}=${keyOf(params[name])};`;
  return key;
}
