import { nodeModule } from "./node.ts";

let count = 0;

/** Directories that this process has swept: what it leaves itself, it removes itself. */
const swept = new Set<string>();

/** Names of temporaries: `<file>.antler-<host>-<process>-<thread>-<count>.tmp`. */
const pattern = /\.antler-([0-9A-Za-z]*)-(\d+)-\d+-\d+\.tmp$/;
const dayMs = 24 * 60 * 60 * 1000;
/** Clocks of file systems are coarse, and not the process's own. */
const clockSlackMs = 2000;

function hostName(): string {
  return (nodeModule("node:os")?.hostname() ?? "").replaceAll(/[^0-9A-Za-z]/g, "").slice(0, 24);
}

/** A name beside a file that nobody else writes to: no other thread, process or machine. */
export function temporaryBeside(path: string): string {
  const pid = nodeModule("node:process")?.pid ?? 0;
  const thread = nodeModule("node:worker_threads")?.threadId ?? 0;
  count += 1;
  return `${path}.antler-${hostName()}-${pid}-${thread}-${count}.tmp`;
}

/**
 * Removes what writers that were killed have left in a file's directory: the temporaries of processes that have ended, and
 * those of other machines that are older than a day. Looks once into each directory. Never fails: what cannot be removed
 * stays.
 */
export async function sweepTemporaries(path: string): Promise<void> {
  const fs = nodeModule("node:fs/promises");
  const paths = nodeModule("node:path");
  if (fs === undefined || paths === undefined) return;
  const directory = paths.resolve(paths.dirname(path));
  if (swept.has(directory)) return;
  swept.add(directory);
  const names = await fs.readdir(directory).catch((): string[] => []);
  for (const name of names) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const temporary = paths.join(directory, name);
    const writtenMs = await fs.stat(temporary).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (writtenMs === null || !isLeft(match[1] ?? "", Number(match[2]), writtenMs)) continue;
    await fs.rm(temporary, { force: true }).catch(() => {});
  }
}

/** Whether a temporary's writer is gone. */
function isLeft(host: string, pid: number, writtenMs: number): boolean {
  if (host !== hostName()) return Date.now() - writtenMs > dayMs;
  const process = nodeModule("node:process");
  if (process === undefined) return false;
  // In a container every run may have the same number: what is older than this process is another's.
  if (pid === process.pid) return writtenMs < Date.now() - process.uptime() * 1000 - clockSlackMs;
  try {
    process.kill(pid, 0); // asks whether it exists
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
