import { expect, it } from "vitest";
import { describeBrowser } from "../support/browser.ts";

const probe = `
  export async function run(n: number): Promise<unknown> {
    console.log("page says", n);
    return { n: n + 1, isolated: crossOriginIsolated, shared: typeof SharedArrayBuffer };
  }
`;

describeBrowser("browser harness", (browser) => {
  it("bundles TypeScript, runs it and brings back its value and console", async () => {
    const { value, console } = await browser().runText(probe, { argument: 41 });
    expect(value).toEqual({ n: 42, isolated: false, shared: "undefined" });
    expect(console).toEqual(["page says 41"]);
  });

  it("serves cross-origin-isolated pages", async () => {
    const { value } = await browser().runText(probe, { argument: 0, isolated: true });
    expect(value).toEqual({ n: 1, isolated: true, shared: "function" });
  });

  it("reports what the page threw", async () => {
    await expect(
      browser().runText(`export async function run() { throw new RangeError("antlers too wide"); }`),
    ).rejects.toThrow(/antlers too wide/);
  });

  it("serves further files", async () => {
    const { value } = await browser().runText(
      `export const run = async () => [...new Uint8Array(await (await fetch("/model.bin")).arrayBuffer())];`,
      { files: new Map([["model.bin", Uint8Array.of(1, 2, 3)]]) },
    );
    expect(value).toEqual([1, 2, 3]);
  });
});
