/** Text as it stands in SVG, without characters that XML does not allow. */
export function escapeXml(text: string): string {
  return Array.from(text, (letter) =>
    letter < " " || letter === "\uFFFE" || letter === "\uFFFF" ? " " : letter,
  )
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Bytes as text, for addresses of pictures. */
export function base64(bytes: Uint8Array): string {
  const part = 0x2000;
  let text = "";
  for (let at = 0; at < bytes.length; at += part)
    text += String.fromCharCode(...bytes.subarray(at, at + part));
  return globalThis.btoa(text);
}
