import { isPlainObject } from "../../util/options.ts";
import { modernizeModel } from "./modernize.ts";

/** Options of tf.keras's optimizers that today's do not have, and that change no result. */
const dropped: ReadonlySet<string> = new Set(["jit_compile", "is_legacy_optimizer"]);

/**
 * The `config.json` of a `.keras` file in today's form. tf.keras 2.12 to 2.15 wrote such files too, with the layers and
 * calls of its `.h5` files; models with code of their own are as they are.
 */
export function modernizeKeras2File(config: unknown, version: string, path: string): unknown {
  if (!version.startsWith("2.") || !isPlainObject(config)) return config;
  const { config: settings, compile_config: compiled } = config;
  if (!isPlainObject(settings) || !Array.isArray(settings["layers"])) return config;
  return { ...modernizeModel(config, version, path), compile_config: withoutDropped(compiled) };
}

function withoutDropped(compiled: unknown): unknown {
  if (!isPlainObject(compiled) || !isPlainObject(compiled["optimizer"])) return compiled ?? null;
  const { optimizer } = compiled;
  const { config } = optimizer;
  if (!isPlainObject(config)) return compiled;
  const kept = Object.entries(config).filter(([key]) => !dropped.has(key));
  return { ...compiled, optimizer: { ...optimizer, config: Object.fromEntries(kept) } };
}
