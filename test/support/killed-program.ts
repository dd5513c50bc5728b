// A program to be killed. `save FOLDER FORMAT` saves ever new versions of a model; `train FOLDER OPTIMIZER SAVE_FREQ`
// trains one, going on from its backup, and writes every bit of the result to `FOLDER/result` at the end.
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callbacks, setRandomSeed } from "../../src/index.ts";
import { bitsOf, makeModel, optimizersByName, train } from "./resumable.ts";
import { versionedModel } from "./versioned-model.ts";

const [mode = "", folder = "", ...rest] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** All weights of version n are n. Large enough for writing to take its time. */
async function save(format: string): Promise<void> {
  setRandomSeed(0);
  const model = versionedModel();
  const path = join(folder, format === "folder" ? "model" : `model.${format}`);
  // After a kill the count goes on, so that a version is of one writer alone.
  for (let version = Number(rest[1]); ; version++) {
    for (const weight of model.weights) weight.assignData(new Float32Array(weight.size).fill(version));
    say(`saving ${version}`);
    if (format === "folder") await model.save(path, { zipped: false });
    else if (format === "keras") await model.save(path);
    else if (format === "tfjs/model.json") await model.save(join(folder, format));
    else await model.saveWeights(path, format === "weights.json" ? { maxShardSize: 3e-4 } : {});
    say(`saved ${version}`);
  }
}

async function trainOn(optimizer: string, saveFreq: "epoch" | number): Promise<void> {
  const make = optimizersByName[optimizer];
  if (make === undefined) throw new Error(`no optimizer ${optimizer}`);
  const model = makeModel(make());
  const { BackupAndRestore, CSVLogger, LambdaCallback, ModelCheckpoint } = callbacks;
  await train(
    model,
    [
      new BackupAndRestore({
        backupDir: join(folder, "backup"),
        saveFreq,
        doubleCheckpoint: optimizer === "Adam",
      }),
      new CSVLogger(join(folder, "log.csv"), { append: true }),
      new ModelCheckpoint(join(folder, "checkpoint.keras"), { saveFreq: 5 }),
      new LambdaCallback({ onTrainBatchEnd: () => say("step") }),
    ],
    { epochs: 4 },
  );
  const result = join(folder, "result");
  if (!existsSync(result)) {
    // It may be killed here too.
    writeFileSync(`${result}.part`, bitsOf(model).join("\n"));
    renameSync(`${result}.part`, result);
  }
  say("done");
}

if (mode === "save") await save(rest[0] ?? "");
else await trainOn(rest[0] ?? "", rest[1] === "epoch" ? "epoch" : Number(rest[1]));
