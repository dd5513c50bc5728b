/** What has no counterpart in ONNX; `message` says what. Caught by the exporter, which lists all with their layers. */
export class Unsupported extends Error {}
