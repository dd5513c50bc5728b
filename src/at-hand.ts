import { ThreadPool } from "./backend/wasm/threads/pool.ts";
import { providePool } from "./backend/wasm/threads/loading.ts";
import { provideRematerialise } from "./compiler/rematerialise/provided.ts";
import { rematerialise } from "./compiler/rematerialise/rematerialise.ts";
import { namedStft, STFT } from "./initializers/index.ts";
import { provideOptimizers } from "./optimizers/choose.ts";
import { namedOptimizers } from "./optimizers/named.ts";
import { namedOrthogonal, OrthogonalRegularizer } from "./regularizers/index.ts";

/**
 * Has at hand what pages load on use. This runs where the package is not bundled: bundlers leave it out, since nothing of it
 * is imported.
 */
function haveAtHand(): void {
  providePool(ThreadPool);
  provideOptimizers(namedOptimizers);
  provideRematerialise(rematerialise);
  namedStft.provide((config) => STFT(config));
  namedOrthogonal.provide((config) => OrthogonalRegularizer(config));
}

haveAtHand();
