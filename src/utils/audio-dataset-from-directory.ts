import { readWav, type Sound } from "../codec/wav-read.ts";
import { roundHalfEven } from "../ir/numbers.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { positiveInteger } from "../util/parameters.ts";
import { readFile } from "../util/platform/index.ts";
import {
  type DirectoryDatasets,
  directoryDatasets,
  type DirectoryOptions,
  directoryOptionNames,
} from "./directory-dataset.ts";
import { resampleSignal } from "./resample-sound.ts";

const where = "utils.audioDatasetFromDirectory";

export interface AudioDirectoryOptions extends DirectoryOptions {
  /** Moments in a second, to which sounds are brought. Default: those of each file. */
  readonly samplingRate?: number | null | undefined;
  /**
   * Moments of every sound, in the new rate: longer ones are cut, shorter ones end in silence. Default: sounds of a batch are as
   * long as the longest of them.
   */
  readonly outputSequenceLength?: number | null | undefined;
  /** Whether a batch is a list of sounds, each of its own length. Default false. */
  readonly ragged?: boolean | undefined;
}

/** What the options make of a directory. */
export type AudioDatasets<O> = DirectoryDatasets<
  O,
  Tensor,
  O extends { readonly ragged: true } ? Tensor[] : Tensor
>;

/**
 * The sounds of a directory (WAV files), in batches: `[sounds, labels]`, or `sounds` without labels. Each folder in it is a
 * class. Sounds are float32, −1 … 1, `[batch, moments, channels]`; files are read when their batch is asked for.
 *
 * @throws {DataError} when there is no such directory, or no sound in it; for a batch of sounds with different channels.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @throws {FormatError} while it is read, for a file that is damaged, compressed, or not WAV.
 * @example
 * const options = { samplingRate: 16_000, outputSequenceLength: 16_000, validationSplit: 0.2, subset: "both", seed: 1 } as const;
 * const [train, test] = await audioDatasetFromDirectory("words", options);
 * await model.fit(train, { validationData: test });
 * @see Keras `utils/audio_dataset_utils.py`
 */
export async function audioDatasetFromDirectory<const O extends AudioDirectoryOptions = object>(
  directory: string,
  options?: O,
): Promise<AudioDatasets<O>> {
  const given: AudioDirectoryOptions = options ?? {};
  checkOptions(where, given, [...directoryOptionNames, "samplingRate", "outputSequenceLength", "ragged"]);
  const { samplingRate = null, outputSequenceLength = null, ragged = false } = given;
  if (samplingRate !== null) positiveInteger(where, "samplingRate", samplingRate);
  if (outputSequenceLength !== null) positiveInteger(where, "outputSequenceLength", outputSequenceLength);
  if (ragged && outputSequenceLength !== null)
    throw new OptionError(
      `${where}: \`outputSequenceLength\` gives all sounds one length, ragged: true each its own; give one of the two.`,
    );
  const made = await directoryDatasets(directory, given, {
    where,
    formats: [".wav"],
    read: async (path) => readSound(path, samplingRate, outputSequenceLength),
    join: (sounds) => (ragged ? sounds : padded(sounds)),
  });
  return made as unknown as AudioDatasets<O>; // SAFETY: the types say what the options make of it
}

async function readSound(path: string, rate: number | null, length: number | null): Promise<Tensor> {
  const most = rate === null && length !== null ? length : undefined;
  const sound = readWav(await readFile(path), path, most);
  const { data, channels, length: own } = rate === null ? sound : resampled(sound, rate);
  const moments = length ?? own;
  const all = new Float32Array(moments * channels);
  all.set(data.subarray(0, all.length));
  return Tensor.fromData(all, [moments, channels], "float32");
}

/** A sound in another rate. */
function resampled(sound: Sound, rate: number): Sound {
  const { channels, length: own, data } = sound;
  if (rate === sound.rate || own === 0) return sound;
  const length = Math.max(1, roundHalfEven((own * rate) / sound.rate));
  const out = new Float32Array(length * channels);
  for (let c = 0; c < channels; c++) {
    const channel = Float64Array.from({ length: own }, (_, i) => data[i * channels + c] ?? 0);
    resampleSignal(channel, length).forEach((value, i) => {
      out[i * channels + c] = value;
    });
  }
  return { rate, channels, length, data: out };
}

/** Sounds of one length: that of the longest. */
function padded(sounds: readonly Tensor[]): Tensor {
  const counts = [...new Set(sounds.map(({ dims }) => dims[1] ?? 0))];
  const [channels = 0] = counts;
  if (counts.length > 1)
    throw new DataError(
      `${where}: expected the files of a batch to have as many channels as each other, received files of ${counts.join(", ")}. Convert them to one number, or take \`ragged: true\`.`,
    );
  const moments = Math.max(...sounds.map(({ dims }) => dims[0] ?? 0));
  const all = new Float32Array(sounds.length * moments * channels);
  sounds.forEach((sound, i) => all.set(sound.dataSync() as Float32Array, i * moments * channels)); // SAFETY: made above, of float32
  return Tensor.fromData(all, [sounds.length, moments, channels], "float32");
}
