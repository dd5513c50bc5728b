import type { Backend } from "./contract.ts";
import { getBackend } from "./index.ts";

/** What was compiled for the present backend, by key: so much at most, the oldest leaves first. */
export class CompiledCache<V extends object> {
  readonly #limit: number;
  readonly #known = new Map<string, V>();
  #backend: Backend | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is there for a key, compiled now if nothing is; without a key it is not kept. */
  get(key: string | null, compile: () => V): V {
    const backend = getBackend();
    if (this.#backend !== backend) this.#known.clear();
    this.#backend = backend;
    const found = key === null ? undefined : this.#known.get(key);
    if (found !== undefined) return found;
    const made = compile();
    if (key === null) return made;
    this.#known.set(key, made);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > this.#limit && oldest !== undefined) this.#known.delete(oldest);
    return made;
  }
}
