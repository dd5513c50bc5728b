import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic } from "./files.ts";
import { temporaryBeside } from "./temporary-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-temporaries-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const host = hostname()
  .replaceAll(/[^0-9A-Za-z]/g, "")
  .slice(0, 24);
/** Above every process number that Linux and macOS give. */
const gone = 2 ** 22 + 12345;

function leave(name: string, ageMs: number): string {
  const path = join(folder, name);
  writeFileSync(path, "half");
  const when = (Date.now() - ageMs) / 1000;
  utimesSync(path, when, when);
  return name;
}

describe("writing beside and renaming", () => {
  it("removes what writers that are gone have left, and nothing else", async () => {
    const hour = 3_600_000;
    const process3 = process.pid;
    const kept = [
      leave(`a.bin.antler-${host}-${process.ppid}-0-1.tmp`, hour), // another process that runs
      leave(`a.bin.antler-elsewhere-${gone}-0-1.tmp`, hour), // another machine's, not old
      leave(`a.bin.antler-${host}-${process3}-7-1.tmp`, 0), // another thread of this process
      leave("a.bin.tmp", 48 * hour),
      leave(`a.bin.antler-${host}-${gone}-0-1.tmp.txt`, 48 * hour),
      "a.bin",
    ];
    leave(`a.bin.antler-${host}-${gone}-0-1.tmp`, 0);
    leave(`other.keras.antler-${host}-${gone}-0-4.tmp`, 0);
    leave(`a.bin.antler-elsewhere-${gone}-0-2.tmp`, 25 * hour);
    leave(`a.bin.antler-${host}-${process3}-0-1.tmp`, 48 * hour); // a run before, under the same number
    await writeFileAtomic(join(folder, "a.bin"), "whole");
    expect(readdirSync(folder).toSorted()).toEqual(kept.toSorted());
    expect(readFileSync(join(folder, "a.bin"), "utf8")).toBe("whole");
  });

  it("gives every temporary a name of its own", () => {
    const names = [temporaryBeside("m.keras"), temporaryBeside("m.keras"), temporaryBeside("n.keras")];
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[mn]\.keras\.antler-\w*-\d+-\d+-\d+\.tmp$/);
  });

  it("keeps a link a link, and the access rights of the old file", async () => {
    const target = join(folder, "target.bin");
    const link = join(folder, "link.bin");
    writeFileSync(target, "old");
    chmodSync(target, 0o640);
    symlinkSync(target, link);
    await writeFileAtomic(link, "new");
    expect(readFileSync(target, "utf8")).toBe("new");
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).toSorted()).toEqual(["link.bin", "target.bin"]);
  });
});
