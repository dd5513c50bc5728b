// Runs in a page: lets a worker train, and uses the model that it made.
import { models } from "../../src/index.ts";
import { questions, type WorkerMessage } from "./training-worker.ts";

export interface WorkerResult {
  readonly losses: readonly number[];
  readonly inWorker: readonly (readonly number[])[];
  readonly inPage: unknown;
  /** What saving to a file came to in the worker. */
  readonly error: string;
}

export async function run(): Promise<WorkerResult> {
  const worker = new Worker("/worker.js", { type: "module" });
  const losses: number[] = [];
  let made: Extract<WorkerMessage, { kind: "model" }> | null = null;
  const error = await new Promise<string>((resolve, reject) => {
    worker.addEventListener("error", (event) => {
      reject(new Error(event.message));
    });
    worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind === "epoch") losses.push(data.loss);
      else if (data.kind === "model") made = data;
      else resolve(data.message);
    });
  });
  worker.terminate();
  if (made === null) throw new Error("the worker sent no model");
  const { bytes, predictions }: Extract<WorkerMessage, { kind: "model" }> = made;
  const model = await models.loadModel(bytes);
  const inPage = await (await model.predict(questions, { verbose: 0 })).array();
  return { losses, inWorker: predictions, inPage, error };
}
