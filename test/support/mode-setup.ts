// Before every test file: the mode that scripts/test.ts names, if any.
const mode = process.env["ANTLER_MODE"];
if (mode !== undefined) (await import("./modes.ts")).applyMode(mode);

export {};
