/** Names where Keras puts an underscore before a digit. */
const numbered: ReadonlySet<string> = new Set(["beta1", "beta2", "beta3"]);

/** `kernelInitializer` → `kernel_initializer`: the spelling of configurations in files. */
export function snakeCase(name: string): string {
  if (numbered.has(name)) return name.replace(/(\d)/, "_$1");
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `kernel_initializer` → `kernelInitializer`: the spelling of options. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
