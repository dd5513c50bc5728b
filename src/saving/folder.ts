import { isUrl, pathKind } from "../util/platform/index.ts";
import { previousFolder } from "./save.ts";
import type { FileSource } from "./source.ts";

/** The folder that a path names, or null. One that is just being replaced is found by its other name. */
export async function folderOf(source: FileSource): Promise<string | null> {
  const path = typeof source === "string" ? source : null;
  if (path === null || path === "" || isUrl(path)) return null;
  const kind = await pathKind(path);
  if (kind !== "missing") return kind === "directory" ? path : null;
  const previous = previousFolder(path);
  return (await pathKind(previous)) === "directory" ? previous : null;
}
