import type { DataFormat } from "../ir/shape-types/index.ts";
import { oneOf } from "../util/options.ts";

const dataFormats = ["channels_last", "channels_first"] as const;

/** The data format that is meant: the default, `channels_last`, for null. */
export function toDataFormat(where: string, given: unknown): DataFormat {
  return given === null || given === undefined
    ? "channels_last"
    : oneOf(where, "dataFormat", given, dataFormats);
}
