import { CompiledCache } from "../backend/compiled-cache.ts";
import type { Executable } from "../backend/contract.ts";
import { getBackend } from "../backend/index.ts";
import type { Program } from "../ir/program.ts";
import { programKey } from "../ir/program-key.ts";
import { outsideTrace } from "../ops/core/scope.ts";

/** Programs that were compiled for functions run at once. */
const compiled = new CompiledCache<Executable>(128);

/** Compiles a program, unless one that computes the same was compiled lately. */
export function compileShared(program: Program): Executable {
  return compiled.get(programKey(program), () => outsideTrace(() => getBackend().compile(program)));
}
