// Before every test file: the mode that scripts/test.ts names, if any; before every test: the same seed, so that
// initial weights, shuffling and dropout are those of the run before.
import { beforeEach } from "vitest";
import { setGlobalSeed } from "../../src/util/seed.ts";

const mode = process.env["ANTLER_MODE"];
if (mode !== undefined) (await import("./modes.ts")).applyMode(mode);

beforeEach(() => setGlobalSeed(1));
