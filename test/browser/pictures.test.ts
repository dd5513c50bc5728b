import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeBrowser } from "../support/browser.ts";

const { files } = JSON.parse(readFileSync(new URL("../fixtures/pictures.json", import.meta.url), "utf8")) as {
  files: { name: string; file: string; rgb: string }[];
}; // SAFETY: the fixture's form

/** Four columns, two of [250, 10, 30] and two of [0, 200, 100], and three rows. */
const webp = "UklGRiIAAABXRUJQVlA4TBYAAAAvA4AAAA9wBd8b6N/DaP5DC2WI6H8A";

describeBrowser("pictures in a page", (browser) => {
  it("are read as in Node, and WebP by the browser", async () => {
    const { value } = await browser().runText(`
      import { utils, visualization } from "antler";
      const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const text = (data) => btoa(String.fromCharCode(...data));
      export const run = async () => {
        const read = [];
        for (const file of ${JSON.stringify(files.map(({ file }) => file))})
          read.push(text((await utils.loadImg(bytes(file))).data));
        const other = await utils.loadImg(bytes("${webp}"));
        const unknown = await utils.loadImg(bytes("aGVsbG8=")).catch(String);
        const gallery = await visualization.plotImageGallery([[[[1], [0]]]], { valueRange: [0, 1], scale: 1, dpi: 20 });
        const shown = await utils.loadImg(gallery, { colorMode: "rgba" });
        return { read, other: [other.width, other.height, ...other.data], unknown, shown: [shown.width, shown.height, ...shown.data.subarray(0, 4)] };
      };
    `);
    const { read, other, unknown, shown } = value as {
      read: string[];
      other: number[];
      unknown: string;
      shown: number[];
    }; // SAFETY: what the page's run gives
    expect(read).toEqual(files.map(({ rgb }) => rgb));
    const row = [250, 10, 30, 250, 10, 30, 0, 200, 100, 0, 200, 100];
    expect(other).toEqual([4, 3, ...row, ...row, ...row]);
    expect(unknown).toMatch(/FormatError.*another format/);
    expect(shown).toEqual([20, 10, 255, 255, 255, 255]);
  });
});
