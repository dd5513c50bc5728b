// Stands for node:fs, node:path and node:url in test files that run in a page: files are what the server has.

let listed: readonly string[] | undefined;

function read(path: string): string {
  const request = new XMLHttpRequest();
  request.open("GET", path, false);
  request.send();
  if (request.status !== 200) throw new Error(`${path}: ${request.status}`);
  return request.responseText;
}

const pathOf = (where: string | URL): string => new URL(String(where), "http://page/").pathname.slice(1);

/** All served files. */
function files(): readonly string[] {
  listed ??= JSON.parse(read("/files.json")) as string[]; // SAFETY: written by suiteFiles
  return listed;
}

/** A served file, as text; test files in pages read no others. */
export function readFileSync(where: string | URL): string {
  return read(`/${pathOf(where)}`);
}

/** Whether a file or folder is served. */
export function existsSync(where: string | URL): boolean {
  const path = pathOf(where);
  return files().some((file) => file === path || file.startsWith(`${path}/`));
}

/** The names of the served files in a folder. */
export function readdirSync(where: string | URL): string[] {
  const folder = `${pathOf(where)}/`;
  const names = files().flatMap((file) => (file.startsWith(folder) ? [file.slice(folder.length)] : []));
  return names.filter((name) => !name.includes("/"));
}

/** A path from parts, `..` resolved; nothing lies above the server's root. */
export function join(...parts: string[]): string {
  return new URL(parts.join("/"), "http://page/").pathname;
}

/** The last part that starts at the root, and those after it. */
export function resolve(...parts: string[]): string {
  const start = parts.findLastIndex((part) => part.startsWith("/"));
  return join("/", ...parts.slice(Math.max(start, 0)));
}

/** The folder of a path. */
export function dirname(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** The path of a served file's address. */
export function fileURLToPath(url: string | URL): string {
  return new URL(String(url)).pathname;
}
