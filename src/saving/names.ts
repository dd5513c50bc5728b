/** Names where Keras puts an underscore before a digit. */
const numbered = /^(beta|adamBeta|epsilon)([123])(?=$|[A-Z])/;

/** `kernelInitializer` → `kernel_initializer`: the spelling of configurations in files. */
export function snakeCase(name: string): string {
  return name
    .replace(numbered, "$1_$2")
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `kernel_initializer` → `kernelInitializer`: the spelling of options. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
