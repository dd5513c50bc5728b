import { expect, it } from "vitest";
import { describeBrowser } from "../support/browser.ts";
import { paintSvg } from "../../src/util/platform/index.ts";

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="30pt" height="15pt" viewBox="0 0 30 15"><rect width="15" height="20" fill="red"/></svg>';
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Width and height, from the header chunk. */
function sizeOf(png: Uint8Array): readonly [number, number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

it("paints SVG as PNG in Node", async () => {
  const png = await paintSvg(svg, 2);
  expect([...png.subarray(0, 8)]).toEqual(signature);
  // 30 pt are 40 px of CSS, 15 pt are 20.
  expect(sizeOf(png)).toEqual([80, 40]);
});

describeBrowser("in a page", (browser) => {
  it("paints SVG as PNG without a library", async () => {
    const { value } = await browser().runText(`
      import { paintSvg } from "./src/util/platform/index.ts";
      export const run = async () => [...(await paintSvg(${JSON.stringify(svg)}, 2))];
    `);
    const png = Uint8Array.from(value as number[]); // SAFETY: bytes, as the page's run gives them
    expect([...png.subarray(0, 8)]).toEqual(signature);
    expect(sizeOf(png)).toEqual([80, 40]);
  });
});
