/** The part of Node's `Buffer` that tests use: bytes from base64. */
export const Buffer: { from(text: string, encoding: "base64"): Uint8Array } = {
  from: (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
};
