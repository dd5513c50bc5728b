/** The matchers of vitest, which `bundleSuites` finds inside vitest itself. */
declare module "vitest-expect" {
  type Plugin = (chai: unknown, utils: unknown) => void;
  export const chai: {
    use(plugin: Plugin): void;
    readonly expect: (value: unknown, message?: string) => unknown;
  };
  export const JestExtend: Plugin;
  export const JestChaiExpect: Plugin;
  export const JestAsymmetricMatchers: Plugin;
}
