import { gather } from "./core/primitives/index.ts";
import { provideGather } from "./get-item.ts";
import * as ops from "./index.ts";
import { installIndexing, installMethods } from "./install-methods.ts";

/** Makes every op a method. */
function installAll(): void {
  installMethods(ops);
  installIndexing();
  provideGather(gather);
}

installAll();
