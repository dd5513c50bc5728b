/**
 * The floors of the house, lowest first; `docs/architecture.md` draws them. A file imports from lower floors and from
 * its own folder. `src/index.ts` and `src/cli/` stand on top.
 */
export const floors: readonly (readonly string[])[] = [
  ["util", "codec"],
  ["ir"],
  ["compiler", "backend"],
  ["ops"],
  // Below the graph, since a layer's base class takes them by name for its weights.
  ["activations", "initializers", "regularizers", "constraints", "random", "quantizers"],
  ["graph"],
  ["layers", "losses", "metrics", "optimizers", "datasets", "data"],
  ["callbacks"],
  ["training"],
  ["models"],
  ["viz", "saving"],
  ["applications", "namespaces", "utils"],
  ["cli"],
];

/** An import between folders of one floor, or (`dynamic` only) upward, and why it is right. */
export interface Exception {
  readonly from: string;
  readonly to: string;
  readonly dynamic?: true;
  readonly why: string;
}

/** Every entry is named in `docs/architecture.md` as `from → to`. */
export const exceptions: readonly Exception[] = [
  {
    from: "codec",
    to: "util",
    why: "codecs throw the project's errors and reach libraries through the platform",
  },
  {
    from: "backend",
    to: "compiler",
    why: "a backend prints the kernels that the compiler's Kernel IR describes",
  },
  {
    from: "metrics",
    to: "losses",
    why: "most metrics are means of losses, weighted and masked alike",
  },
  {
    from: "models",
    to: "viz",
    why: "model.summary() prints before it returns, so its code cannot be loaded on use",
  },
  {
    from: "models",
    to: "saving",
    why: "model.toJson() and getConfig() answer before they return; reading and writing files is loaded on use",
  },
];
