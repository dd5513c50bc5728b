import { type Constructable, readArgumentsBy } from "./construct.ts";

/*
 * Lets classes be made from configurations whose constructors take arguments one by one. A module of its own, with an
 * effect, since bundled pages rename parameters as a rule: those that neither read files nor clone models go without it.
 */

/**
 * What a constructor takes: the configuration as one object, or argument by argument.
 *
 * A constructor whose first parameter goes by the name of a value in the configuration, as in
 * `constructor(units, options = {})`, gets the values that its parameters name; its last one, where it names none and is
 * no value with a default, gets the rest as an object. The names are read from the class's source text: a class whose
 * parameters a bundler renames needs a `static fromConfig` for that. Any other constructor gets the configuration as it is.
 */
function argumentsOf(cls: Constructable, config: Readonly<Record<string, unknown>>): readonly unknown[] {
  const parameters = parametersOf(cls);
  const isNamed = ({ name }: Parameter): boolean => name !== null && Object.hasOwn(config, name);
  const [first] = parameters;
  if (first === undefined || !isNamed(first)) return [config];
  const names = new Set(parameters.map(({ name }) => name));
  const rest = Object.fromEntries(Object.entries(config).filter(([name]) => !names.has(name)));
  return parameters.map((parameter, i) => {
    if (isNamed(parameter)) return config[parameter.name ?? ""];
    return i === parameters.length - 1 && parameter.takesObject ? rest : undefined;
  });
}

/** A parameter of a constructor. */
interface Parameter {
  /** Null for a pattern. */
  readonly name: string | null;
  /** Whether it may be an object of options: it has no default, or an object. */
  readonly takesObject: boolean;
}

const known = new WeakMap<object, readonly Parameter[]>();

/** The parameters of a class's constructor, inherited where it has none of its own; none where they cannot be read. */
function parametersOf(cls: object): readonly Parameter[] {
  let parameters = known.get(cls);
  if (parameters === undefined) {
    const parent: unknown = Object.getPrototypeOf(cls);
    const texts = parameterTexts(Function.prototype.toString.call(cls));
    const inherited = typeof parent === "function" && parent !== Function.prototype ? parent : null;
    parameters = texts?.map(readParameter) ?? (inherited === null ? [] : parametersOf(inherited));
    known.set(cls, parameters);
  }
  return parameters;
}

function readParameter(text: string): Parameter {
  const name = /^([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:=|$)/u.exec(text)?.[1] ?? null;
  return { name, takesObject: /^\{|^[^=]*$|=\s*\{/.test(text) };
}

/** What of a source text is no code, or opens or closes something, or parts arguments; words, to find `constructor`. */
const tokens =
  /\/\/.*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`(?:[^`\\]|\\[^])*`|[\p{ID_Start}$_][\p{ID_Continue}$]*|[()[\]{},]/gu;

/** The texts of the constructor's parameters in the source of a class: null without a constructor, none without source. */
function parameterTexts(source: string): string[] | null {
  if (!/^class\b/.test(source)) return [];
  let depth = 0;
  let previous = "";
  /** Where the parameter that is being read starts; null outside of the constructor's list. */
  let start: number | null = null;
  const found: string[] = [];
  for (const match of source.matchAll(tokens)) {
    const [token] = match;
    if (token.startsWith("/")) continue;
    const isOuter = start !== null && depth === 2;
    if (isOuter && (token === "," || token === ")")) {
      const text = source
        .slice(start ?? 0, match.index)
        .replaceAll(/\/\/.*|\/\*[^]*?\*\//g, "")
        .trim();
      if (text !== "") found.push(text);
      if (token === ")") return found;
      start = match.index + 1;
    }
    if (/^[([{]$/.test(token)) {
      depth++;
      if (token === "(" && depth === 2 && previous === "constructor") start = match.index + 1;
    } else if (/^[)\]}]$/.test(token)) depth--;
    previous = token;
  }
  return null;
}

readArgumentsBy(argumentsOf);
