import { isLayer, type LayerBase } from "../graph/layer-base.ts";
import type { AssetStore } from "../graph/stored-operation.ts";
import { FormatError } from "../util/errors.ts";
import type { Members } from "./members.ts";
import { weightGroups } from "./saveables.ts";
import type { NamedBytes } from "./sharded-weights.ts";

const folder = "assets";

/** The files that a model's parts keep beside their numbers, each at `assets/<place of the part>/<name>`. */
export function writeAssets(root: LayerBase): NamedBytes[] {
  return weightGroups(root).flatMap(({ path, owner }) => {
    if (!isLayer(owner) || owner.saveAssets === undefined) return [];
    const files: AssetStore = new Map();
    owner.saveAssets(files);
    return [...files].map(([name, content]) => ({
      name: [folder, path, checkName(name, owner)].filter((part) => part !== "").join("/"),
      data: typeof content === "string" ? new TextEncoder().encode(content) : content,
    }));
  });
}

function checkName(name: string, { where }: LayerBase): string {
  const steps = name.split("/");
  if (!/[\\\0:]/.test(name) && steps.every((step) => step !== "" && step !== "." && step !== ".."))
    return name;
  throw new FormatError(
    `${where}: saveAssets: expected the name of a file inside the layer's folder, received ${JSON.stringify(name)}.`,
  );
}

/**
 * Gives the parts of a model back what they kept in `assets`.
 *
 * @throws {FormatError} when a part cannot take it.
 */
export async function readAssets(root: LayerBase, members: Members, where: string): Promise<void> {
  for (const { path, owner } of weightGroups(root)) {
    if (!isLayer(owner) || owner.loadAssets === undefined) continue;
    const place = path === "" ? `${folder}/` : `${folder}/${path}/`;
    const names = members.names.filter((name) => name.startsWith(place) && !name.endsWith("/"));
    if (names.length === 0) continue;
    const files = new Map<string, Uint8Array>();
    for (const name of names) files.set(name.slice(place.length), await members.read(name));
    try {
      owner.loadAssets(files);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new FormatError(`${where}: ${place}: ${reason}`, { cause: error });
    }
  }
}
