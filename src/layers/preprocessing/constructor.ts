/**
 * How a layer with options O is made: required arguments P by position, then options; or all by name, of which N are
 * required.
 */
export interface MakeLayer<L, P extends readonly unknown[], O, N extends object> {
  (...args: readonly [...P, options?: O]): L;
  (options: O & N): L;
  new (...args: readonly [...P, options?: O]): L;
  new (options: O & N): L;
  fromConfig(config: Readonly<Record<string, unknown>>): L;
}
