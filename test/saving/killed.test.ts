import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readHdf5, walkNodes } from "../../src/codec/hdf5/index.ts";
import { loadModel } from "../../src/saving/index.ts";
import { readSafetensors } from "../../src/saving/safetensors.ts";
import { generator } from "../support/fuzz.ts";
import { Program } from "../support/kill.ts";
import { versionedModel } from "../support/versioned-model.ts";

/** `ANTLER_KILLS=10` makes ten times as many. */
const factor = Number(process.env["ANTLER_KILLS"] ?? 1);
const seed = Number(process.env["ANTLER_KILL_SEED"] ?? 1);
const timeoutMs = 300_000 * factor;
/** Programs that run at once. */
const lanes = 2;

let program: Program;
beforeAll(async () => {
  program = await Program.bundle("killed-program.ts");
});
afterAll(() => {
  program.remove();
});

const temporaries = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"));

/** Numbers of a file, which are all the version's. */
async function versionOf(path: string): Promise<number> {
  const values = new Set<number>();
  const take = (data: ArrayLike<number | bigint>): void => {
    for (let i = 0; i < data.length; i++) values.add(Number(data[i]));
  };
  if (path.endsWith("weights.json")) {
    const model = versionedModel();
    await model.loadWeights(path);
    for (const weight of model.weights) take(weight.dataSync());
  } else if (/(?:model|\.keras|model\.json)$/.test(path)) {
    for (const weight of (await loadModel(path)).weights) take(weight.dataSync());
  } else if (path.endsWith(".safetensors")) {
    for (const { data } of readSafetensors(new Uint8Array(readFileSync(path)), path)) take(data);
  } else {
    for (const node of walkNodes(await readHdf5(new Uint8Array(readFileSync(path)), path))) {
      const value = node.kind === "dataset" ? node.read() : null;
      if (value !== null && value.dtype !== "string" && value.dtype !== "opaque") take(value.data);
    }
  }
  expect(values.size, "versions in one file").toBe(1);
  return [...values][0] ?? Number.NaN;
}

/** The version that the last line of a kind names. */
function lastOf(lines: readonly string[], kind: string): number | null {
  const last = lines.findLast((line) => line.startsWith(`${kind} `));
  return last === undefined ? null : Number(last.slice(kind.length + 1));
}

describe("a program that is killed while it saves", () => {
  it.each([
    ["keras", 70],
    ["weights.h5", 40],
    ["safetensors", 30],
    ["weights.json", 20],
    ["folder", 20],
    ["tfjs/model.json", 20],
  ])(
    "leaves the old file or the new one (%s)",
    async (format, kills) => {
      const stages = { before: 0, within: 0, litter: 0 };
      const hasSeenStages = (): boolean => stages.before > 0 && (kills < 30 || stages.litter > 0);
      const lane = async (number: number): Promise<void> => {
        const random = generator(seed * 1000 + number);
        const folder = program.directory(`${format.replace("/", "-")}-${number}`);
        const path =
          format === "folder"
            ? join(folder, "model")
            : join(folder, format.includes("/") ? format : `model.${format}`);
        let [version, whole] = [1, 0];
        // As many kills as were asked for, and more where none has met the stages that are to be seen.
        for (let kill = number; kill < kills * factor * (hasSeenStages() ? 1 : 5); kill += lanes) {
          const delayMs = random() < 0.5 ? random() * 4 : random() * 40;
          const { lines, wasKilled } = await program.run(["save", folder, format, String(version)], {
            after: "saving",
            delayMs,
          });
          expect(wasKilled).toBe(true);
          whole = lastOf(lines, "saved") ?? whole;
          const begun = lastOf(lines, "saving") ?? version;
          const left = temporaries(folder).length;
          // This run's, and at most one whose writer's process number another program has by now.
          expect(left, "temporary files").toBeLessThanOrEqual(2);
          // Shards of the version before and of the next may be there, and a folder that is being written.
          expect(readdirSync(folder, { recursive: true }).length, "files").toBeLessThan(20);
          stages.litter += left;
          // Its lines may have been lost with it, but not what they tell of.
          const isThere = existsSync(path) || existsSync(`${path}.previous`);
          const found = isThere ? await versionOf(path) : 0;
          expect(found).toBeGreaterThanOrEqual(whole);
          if (found === whole) stages.before++;
          else stages.within++;
          expect(found === whole || found >= version).toBe(true);
          whole = found;
          version = Math.max(begun, found) + 1;
        }
      };
      await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i)));
      // The kills come at all stages: some leave a temporary file.
      expect(hasSeenStages(), JSON.stringify(stages)).toBe(true);
    },
    timeoutMs,
  );
});

describe("training that is killed", () => {
  const cases = [
    ["Adam", "1"],
    ["SGD", "7"],
    ["RMSprop", "epoch"],
    ["Lamb", "3"],
  ] as const;

  it(
    "goes on from its backup and ends with the same bits",
    async () => {
      let kills = 0;
      const wanted = 50 * factor;
      const expected = new Map<string, string>();
      const lane = async (number: number): Promise<void> => {
        const random = generator(seed * 2000 + number);
        for (let run = number; kills < wanted; run += lanes) {
          const [optimizer, saveFreq] = cases[run % cases.length] ?? cases[0];
          const args = (folder: string): string[] => ["train", folder, optimizer, saveFreq];
          if (!expected.has(optimizer)) {
            const folder = program.directory(`train-${optimizer}-whole`);
            await program.run(args(folder));
            expected.set(optimizer, readFileSync(join(folder, "result"), "utf8"));
            expected.set(`${optimizer} log`, readFileSync(join(folder, "log.csv"), "utf8"));
          }
          const folder = program.directory(`train-${run}`);
          for (let isDone = false; !isDone;) {
            const ending = await program.run(args(folder), {
              after: "step",
              count: 1 + Math.floor(random() * 10),
              delayMs: random() * 8,
            });
            isDone = !ending.wasKilled || ending.lines.includes("done");
            kills += ending.wasKilled ? 1 : 0;
            const checkpoint = join(folder, "checkpoint.keras");
            if (existsSync(checkpoint)) await loadModel(checkpoint);
            const log = join(folder, "log.csv");
            if (existsSync(log)) {
              const text = readFileSync(log, "utf8");
              expect(text === "" || text.endsWith("\r\n"), "the log's last line is whole").toBe(true);
            }
            expect(temporaries(folder).length).toBeLessThanOrEqual(2);
          }
          expect(readFileSync(join(folder, "result"), "utf8")).toBe(expected.get(optimizer));
          // A run that was killed before its first backup, or after that had been removed, logs from the beginning once
          // more; no line is lost, and none torn.
          const lines = readFileSync(join(folder, "log.csv"), "utf8").split("\r\n");
          const wantedLines = (expected.get(`${optimizer} log`) ?? "").split("\r\n");
          expect(lines[0]).toBe(wantedLines[0]);
          expect(new Set(lines)).toEqual(new Set(wantedLines));
          expect(lines.slice(-2)).toEqual(wantedLines.slice(-2));
          expect(existsSync(join(folder, "backup"))).toBe(false);
        }
      };
      await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i)));
      expect(kills).toBeGreaterThanOrEqual(wanted);
    },
    timeoutMs,
  );
});
