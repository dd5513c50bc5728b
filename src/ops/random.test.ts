import { describe, expect, it } from "vitest";
import { drawInPieces, keyedNormal, keyedTruncatedNormal, keyedUniform, keyOf } from "./random.ts";

describe("drawInPieces", () => {
  // Smaller than the least piece, equal to it, between, and more than the largest.
  it.each([[[0]], [[3, 5]], [[128, 128]], [[131, 127]], [[2 ** 22 + 77]]])(
    "draws what one program draws: %s",
    (shape) => {
      const key = keyOf(2 ** 32 + 5);
      const whole = keyedUniform(key, shape, -3, 2);
      const pieces = drawInPieces(keyedUniform, key, shape, -3, 2);
      expect(pieces.shape).toEqual(shape);
      expect(Buffer.compare(bytes(pieces.dataSync()), bytes(whole.dataSync()))).toBe(0);
    },
  );

  it("does so for every distribution of initial weights", () => {
    for (const draw of [keyedNormal, keyedTruncatedNormal]) {
      const shape = [70, 300];
      const whole = draw(keyOf(9), shape, 1, 0.1).dataSync();
      expect(
        Buffer.compare(bytes(drawInPieces(draw, keyOf(9), shape, 1, 0.1).dataSync()), bytes(whole)),
      ).toBe(0);
    }
  });
});

function bytes(data: ArrayBufferView): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
