/** The version of Antler. @see Keras `version.py` */
export function version(): string {
  return "0.1.0";
}
