import type { DataFormat } from "../ir/shape-types/index.ts";
import { imageDataFormat } from "../util/image-data-format.ts";
import { oneOf } from "../util/options.ts";

const dataFormats = ["channels_last", "channels_first"] as const;

/** The data format that is meant: that of `config.imageDataFormat` for null. */
export function toDataFormat(where: string, given: unknown): DataFormat {
  return given === null || given === undefined
    ? imageDataFormat()
    : oneOf(where, "dataFormat", given, dataFormats);
}
