import { OptionError } from "../../util/errors.ts";
import type { Token } from "./tokens.ts";

/** Counts tokens, and the documents that they occur in. */
export class TokenCounter {
  readonly #counts = new Map<Token, number>();
  readonly #documents = new Map<Token, number>();
  #total = 0;

  add(documents: readonly (readonly Token[])[]): void {
    for (const document of documents) {
      this.#total++;
      for (const token of document) this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
      for (const token of new Set(document))
        this.#documents.set(token, (this.#documents.get(token) ?? 0) + 1);
    }
  }

  /** The tokens, most frequent first; of equally frequent ones the last in the alphabet first. */
  ranked(except: readonly (Token | null)[]): Token[] {
    const entries = [...this.#counts].filter(([token]) => !except.includes(token));
    return entries.sort(([a, m], [b, n]) => n - m || (a < b ? 1 : -1)).map(([token]) => token);
  }

  /** Inverse document frequency: `ln(1 + documents / (1 + documents with the token))`. */
  inverseFrequency(token: Token): number {
    return Math.log(1 + this.#total / (1 + (this.#documents.get(token) ?? 0)));
  }
}

/** Refuses tokens that occur twice, or that are reserved. */
export function checkTokens(
  where: string,
  tokens: readonly Token[],
  reserved: readonly (Token | null)[],
): void {
  if (tokens.length === 0)
    throw new OptionError(`${where}: expected a vocabulary of at least one token, received none.`);
  const seen = new Set<Token>();
  for (const token of tokens) {
    if (seen.has(token))
      throw new OptionError(
        `${where}: expected each token once in the vocabulary, received ${JSON.stringify(token)} twice.`,
      );
    seen.add(token);
  }
  const found = reserved.find((token) => token !== null && seen.has(token));
  if (found !== undefined) {
    throw new OptionError(
      `${where}: the reserved token ${JSON.stringify(found)} stands inside the vocabulary. Leave the reserved tokens out, or put all of them in front.`,
    );
  }
}
