import type { Backend, Executable } from "../backend/contract.ts";
import { getBackend } from "../backend/index.ts";
import type { Program } from "../ir/program.ts";
import { programKey } from "../ir/program-key.ts";
import { outsideTrace } from "../ops/core/scope.ts";

/** Programs that were compiled for functions run at once; the oldest leave first. */
const compiled = new Map<string, Executable>();
const limit = 128;
let compiledFor: Backend | null = null;

/** Compiles a program, unless one that computes the same was compiled lately. */
export function compileShared(program: Program): Executable {
  const backend = getBackend();
  if (compiledFor !== backend) {
    compiled.clear();
    compiledFor = backend;
  }
  const key = programKey(program);
  const known = key === null ? undefined : compiled.get(key);
  if (known !== undefined) return known;
  const executable = outsideTrace(() => backend.compile(program));
  if (key === null) return executable;
  compiled.set(key, executable);
  const oldest = compiled.keys().next().value;
  if (compiled.size > limit && oldest !== undefined) compiled.delete(oldest);
  return executable;
}
