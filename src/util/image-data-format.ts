import { oneOf } from "./options.ts";

const formats = ["channels_last", "channels_first"] as const;

/** Where the channels of an image are. */
export type ImageDataFormat = (typeof formats)[number];

let current: ImageDataFormat = "channels_last";

/** Where layers that are not told look for the channels. @see Keras `config.image_data_format` */
export function imageDataFormat(): ImageDataFormat {
  return current;
}

/** @throws {OptionError} unless it is `"channels_last"` or `"channels_first"`. */
export function setImageDataFormat(format: ImageDataFormat): void {
  current = oneOf("config.setImageDataFormat", "format", format, formats);
}
