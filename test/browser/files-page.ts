// A page in which a model's file is picked, used, and saved again.
import { models } from "../../src/index.ts";

declare global {
  interface Window {
    /** What came of the picked file. */
    outcome?: Outcome;
    saveModel?: (name: string) => Promise<void>;
  }
}

export interface Outcome {
  readonly name: string;
  readonly predictions: readonly (readonly number[])[];
  readonly error: string | null;
}

/** Makes an input for files; each that is picked is loaded and run on data of the model's own input shapes. */
export async function run(): Promise<void> {
  const input = document.createElement("input");
  input.type = "file";
  document.body.append(input);
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void use(file);
  });
}

async function use(file: File): Promise<void> {
  try {
    const model = await models.loadModel(file);
    window.saveModel = (name) => (name.endsWith(".keras") ? model.save(name) : model.saveWeights(name));
    const { predictionsOf } = await import("./files-data.ts");
    window.outcome = { name: file.name, predictions: await predictionsOf(model), error: null };
  } catch (error) {
    window.outcome = { name: file.name, predictions: [], error: String(error) };
  }
}
