/** The data format that a layer means: checked, and that of `config.imageDataFormat` for null. */
export { dataFormatOf as toDataFormat } from "../ops/core/windows.ts";
