import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWav } from "../codec/wav-read.ts";
import { Input, layers, Model, setRandomSeed } from "../index.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { audioDatasetFromDirectory } from "./audio-dataset-from-directory.ts";
import { resampleSignal } from "./resample-sound.ts";

interface Fixtures {
  readonly resampled: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
  readonly files: readonly {
    readonly name: string;
    readonly file: string;
    readonly shape: readonly number[];
    readonly y: readonly number[];
  }[];
}

// What Keras 3.16 makes of these files, with SciPy 1.17.
const { resampled, files } = JSON.parse(
  readFileSync(new URL("../../test/fixtures/sounds.json", import.meta.url), "utf8"),
) as Fixtures; // SAFETY: the form above

/** A WAV file of 16 bits. */
function wav(values: readonly number[], rate = 8000, channels = 1): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * values.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, name: string): void => bytes.set(new TextEncoder().encode(name), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * values.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  for (const [at, value] of [[20, 1], [22, channels], [32, 2 * channels], [34, 16]] as const) view.setUint16(at, value, true); // prettier-ignore
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate * channels, true);
  text(36, "data");
  view.setUint32(40, 2 * values.length, true);
  values.forEach((value, i) => view.setInt16(44 + 2 * i, Math.round(value * 32_768), true));
  return bytes;
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-sounds-"));
  for (const [name, value, count] of [["high", 0.5, 4], ["low", -0.25, 3]] as const) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < count; i++)
      writeFileSync(join(folder, name, `${i}.${i === 0 ? "WAV" : "wav"}`), wav(Array.from({ length: 4 + 2 * i }, () => value)));
  } // prettier-ignore
  writeFileSync(join(folder, "high/note.mp3"), "no sound");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quiet = { verbose: false, shuffle: false } as const;

async function collect<T>(data: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of data) all.push(element);
  return all;
}

const numbers = (tensor: Tensor | undefined): number[] => Array.from(tensor?.dataSync() ?? [], Number);

describe("WAV files are read as Keras reads them", () => {
  it.each(files)("$name bits", ({ file, shape, y }) => {
    const sound = readWav(new Uint8Array(Buffer.from(file, "base64")), "a.wav");
    expect([sound.length, sound.channels]).toEqual(shape);
    expect([...sound.data]).toEqual(y);
  });

  it("up to a length, from pipes, and not damaged", () => {
    const bytes = wav([0.5, 0.25, 0.125]);
    expect([...readWav(bytes, "a.wav", 2).data]).toEqual([0.5, 0.25]);
    const piped = bytes.slice();
    piped.fill(255, 40, 44);
    expect(readWav(piped, "a.wav").length).toBe(3);
    for (let length = 0; length < bytes.length; length++)
      expect(() => readWav(bytes.slice(0, length), "a.wav")).toThrow(/^a\.wav: .*(not a WAV|cut short)/);
    const other = (at: number, value: number): Uint8Array =>
      bytes.map((byte, i) => (i === at ? value : byte));
    expect(() => readWav(other(20, 7), "a.wav")).toThrow(/received µ-law/);
    expect(() => readWav(other(20, 99), "a.wav")).toThrow(/received kind 99/);
    expect(() => readWav(other(34, 12), "a.wav")).toThrow(/8, 16, 24, 32 bits, received 12/);
    expect(() => readWav(other(22, 0), "a.wav")).toThrow(/makes no sense/);
    expect(() => readWav(other(38, 0), "a.wav")).toThrow(/no sound|cut short/);
  });
});

describe("signals are brought to other lengths as SciPy does it", () => {
  it.each(resampled.map(({ x, y }) => [x.length, y.length, x, y] as const))("%d to %d", (_from, to, x, y) => {
    resampleSignal(Float64Array.from(x), to).forEach((value, i) => expect(value).toBeCloseTo(y[i] ?? 0, 11));
  });

  it("keeps a wave that both lengths hold", () => {
    const wave = (n: number): Float64Array =>
      Float64Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * 5 * i) / n + 1));
    const expected = wave(1471);
    resampleSignal(wave(4096), 1471).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? 0, 11));
  });
});

describe("audioDatasetFromDirectory", () => {
  it("gives batches as long as their longest sound, with the numbers of their folders", async () => {
    const data = await audioDatasetFromDirectory(folder, { ...quiet, batchSize: 5 });
    expect([data.classNames, data.cardinality]).toEqual([["high", "low"], 2]);
    const [first, second] = await collect(data);
    expect([first?.[0].dims, first?.[0].dtype]).toEqual([[5, 10, 1], "float32"]);
    expect(numbers(first?.[1])).toEqual([0, 0, 0, 0, 1]);
    expect(numbers(first?.[0]).slice(0, 10)).toEqual([0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0]);
    expect(second?.[0].dims).toEqual([2, 8, 1]);
  });

  it("gives all one length, single sounds, lists of sounds, and sounds alone", async () => {
    const fixed = await collect(
      await audioDatasetFromDirectory(folder, { ...quiet, outputSequenceLength: 6 }),
    );
    expect(fixed.map(([sounds]) => sounds.dims)).toEqual([[7, 6, 1]]);
    const [one] = await collect(
      await audioDatasetFromDirectory(folder, { ...quiet, batchSize: null, labels: null }),
    );
    expect(one?.dims).toEqual([4, 1]);
    const [ragged] = await collect(
      await audioDatasetFromDirectory(folder, { ...quiet, ragged: true, labelMode: "binary" }),
    );
    expect(ragged?.[0].map(({ dims }) => dims[0])).toEqual([4, 6, 8, 10, 4, 6, 8]);
    expect(ragged?.[1].dims).toEqual([7, 1]);
  });

  it("brings sounds to a rate, before they are cut", async () => {
    const options = { ...quiet, samplingRate: 16_000, labels: null } as const;
    const [doubled] = await collect(await audioDatasetFromDirectory(folder, { ...options, batchSize: 1 }));
    expect(doubled?.dims).toEqual([1, 8, 1]);
    for (const value of numbers(doubled)) expect(value).toBeCloseTo(0.5, 6);
    const [cut] = await collect(
      await audioDatasetFromDirectory(folder, { ...options, outputSequenceLength: 7 }),
    );
    expect(cut?.dims).toEqual([7, 7, 1]);
    const same = await collect(await audioDatasetFromDirectory(folder, { ...options, samplingRate: 8000 }));
    expect(same[0]?.dims).toEqual([7, 10, 1]);
  });

  it("splits into parts on which a model trains", async () => {
    setRandomSeed(4);
    const options = { verbose: false, outputSequenceLength: 4, validationSplit: 0.3, subset: "both", seed: 1, batchSize: 2 } as const; // prettier-ignore
    const [train, validation] = await audioDatasetFromDirectory(folder, options);
    const inputs = Input({ shape: [4, 1] });
    const outputs = layers.Dense(1, { activation: "sigmoid" })(layers.Flatten()(inputs));
    const model = Model({ inputs, outputs });
    model.compile({ optimizer: "adam", loss: "binary_crossentropy" });
    const { history } = await model.fit(train, { validationData: validation, epochs: 5, verbose: 0 });
    expect(history["loss"]?.at(-1)).toBeLessThan(Number(history["loss"]?.[0]));
    expect(history["val_loss"]?.length).toBe(5);
  });

  it("refuses options that do not fit, and sounds that do not go together", async () => {
    const make = (options: object): Promise<unknown> =>
      audioDatasetFromDirectory(folder, { ...quiet, ...options });
    await expect(make({ ragged: true, outputSequenceLength: 3 })).rejects.toThrow(OptionError);
    await expect(make({ samplingRate: 0 })).rejects.toThrow(/samplingRate/);
    await expect(make({ outputSequenceLength: 1.5 })).rejects.toThrow(/outputSequenceLength/);
    await expect(make({ sampling_rate: 8000 })).rejects.toThrow(/`samplingRate`/);
    const other = mkdtempSync(join(tmpdir(), "antler-stereo-"));
    mkdirSync(join(other, "a"));
    await expect(audioDatasetFromDirectory(other, quiet)).rejects.toThrow(/\.wav in/);
    writeFileSync(join(other, "a/1.wav"), wav([0, 0.5]));
    writeFileSync(join(other, "a/2.wav"), wav([0, 0.5], 8000, 2));
    await expect(collect(await audioDatasetFromDirectory(other, quiet))).rejects.toThrow(DataError);
    const [lists] = await collect(await audioDatasetFromDirectory(other, { ...quiet, ragged: true }));
    expect(lists?.[0].map(({ dims }) => dims)).toEqual([[2, 1], [1, 2]]); // prettier-ignore
    writeFileSync(join(other, "a/2.wav"), makeTensor(1).toString());
    await expect(collect(await audioDatasetFromDirectory(other, quiet))).rejects.toThrow(
      /2\.wav: this is not a WAV/,
    );
    rmSync(other, { recursive: true });
  });
});
