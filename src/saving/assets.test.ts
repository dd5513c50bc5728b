import { describe, expect, it } from "vitest";
import { ZipArchive } from "../codec/zip-read.ts";
import { Layer } from "../graph/layer.ts";
import type { AssetStore, StoredAssets, StoredVariables, VariableStore } from "../graph/stored-operation.ts";
import type { Variable } from "../graph/variable.ts";
import { Input, layers, Model, ops, Sequential } from "../index.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { FormatError } from "../util/errors.ts";
import { loadModel, modelToBytes } from "./index.ts";

/** A model that reads texts itself, with lookups among its fields. */
class Reader extends Model {
  readonly vectorize: layers.TextVectorization = layers.TextVectorization({ outputMode: "tf_idf" });
  readonly byWord: layers.StringLookup = layers.StringLookup({ maskToken: "" });
  readonly byNumber: layers.IntegerLookup = layers.IntegerLookup();
  readonly fixed: layers.StringLookup = layers.StringLookup({ vocabulary: ["u", "v"] });
  readonly dense: ReturnType<typeof layers.Dense> = layers.Dense(1);

  override call(inputs: Tensor): unknown {
    return this.dense(inputs);
  }
}

/** Keeps a mean over calls, and a text. */
class Diary extends Layer {
  declare scale: Variable;
  mean = 0;
  text = "";

  override build(shape: Shape): void {
    this.scale = this.addWeight({ shape: [shape.at(-1) ?? null], initializer: "ones", name: "scale" });
  }

  override call(inputs: Tensor): unknown {
    return ops.multiply(inputs, this.scale);
  }

  override saveOwnVariables(store: VariableStore): void {
    super.saveOwnVariables(store);
    store.set("mean", this.mean);
  }

  override loadOwnVariables(store: StoredVariables): void {
    const own = new Map(store);
    own.delete("mean");
    super.loadOwnVariables(own);
    this.mean = Number(store.get("mean")?.dataSync()[0]);
  }

  override saveAssets(files: AssetStore): void {
    files.set("notes/today.txt", this.text);
  }

  override loadAssets(files: StoredAssets): void {
    this.text = new TextDecoder().decode(files.get("notes/today.txt"));
  }
}

function filled(): Reader {
  const model = new Reader({ name: "reader" });
  model.vectorize.adapt(["the cat sat", "the dog"]);
  model.byWord.adapt(["é", "b", "b", "c d"]);
  model.byNumber.adapt([7, -3, 7]);
  model(ops.zeros([1, 2]));
  return model;
}

describe("assets", () => {
  const customObjects = { Reader, Diary };

  it("hold the vocabularies that lookups have learnt, where Keras keeps them", async () => {
    const model = filled();
    const bytes = modelToBytes(model);
    const archive = ZipArchive.open(bytes, "file");
    expect(archive.members.map(({ name }) => name)).toEqual([
      "metadata.json",
      "config.json",
      "model.weights.h5",
      "assets/by_number/vocabulary.txt",
      "assets/by_word/vocabulary.txt",
      // In the order of names, `layers` comes before `vectorize`, and has it too.
      "assets/layers/text_vectorization/vocabulary.txt",
      "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt",
    ]);
    const text = new TextDecoder().decode(await archive.read("assets/by_word/vocabulary.txt"));
    expect(text).toBe("\n[UNK]\nb\né\nc d");
    expect(new TextDecoder().decode(await archive.read("assets/by_number/vocabulary.txt"))).toBe("-1\n7\n-3");
    const again = (await loadModel(bytes, { customObjects })) as unknown as Reader; // SAFETY: the class in the file
    expect(again.byWord.getVocabulary()).toEqual(model.byWord.getVocabulary());
    expect(again.byNumber.getVocabulary()).toEqual(model.byNumber.getVocabulary());
    expect(again.vectorize.getVocabulary()).toEqual(model.vectorize.getVocabulary());
    expect(again.vectorize(["the cat and the dog"]).dataSync()).toEqual(
      model.vectorize(["the cat and the dog"]).dataSync(),
    );
    expect(again.vectorize.idfWeights).toEqual(model.vectorize.idfWeights?.map(Math.fround));
  });

  it("hold what a layer of one's own puts there, beside its own numbers", async () => {
    const diary = new Diary({ name: "diary" });
    const model = Sequential([Input({ shape: [3] }), diary]) as Model; // SAFETY: a sequential model is a model
    diary.mean = 2.5;
    diary.text = "first\nsecond";
    diary.scale.assign([1, 2, 3]);
    const again = await loadModel(modelToBytes(model), { customObjects });
    const read = again.layers[0] as unknown as Diary; // SAFETY: the class in the file
    expect(read.text).toBe(diary.text);
    expect(read.mean).toBe(2.5);
    expect(read.scale.dataSync()).toEqual(diary.scale.dataSync());
  });

  it("that a layer cannot take are an error that names them", async () => {
    const model = filled();
    model.vectorize.setVocabulary(["x", "a\nb"], [1, 2]);
    expect(() => modelToBytes(model)).toThrow(/one line/);
    class Escaping extends Diary {
      override saveAssets(files: AssetStore): void {
        files.set("../out.txt", "");
      }
    }
    const escaping = Sequential([Input({ shape: [3] }), new Escaping({ name: "e" })]) as Model; // SAFETY: as above
    expect(() => modelToBytes(escaping)).toThrow(/inside the layer's folder/);
    class Refusing extends Diary {
      static readonly className = "Diary";

      override loadOwnVariables(): void {
        throw new Error("not mine");
      }
    }
    const bytes = modelToBytes(Sequential([Input({ shape: [3] }), new Diary({ name: "d" })]) as Model); // SAFETY: as above
    const loading = loadModel(bytes, { customObjects: { Diary: Refusing } });
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow(/layers\/diary\/vars: not mine/);
  });
});
