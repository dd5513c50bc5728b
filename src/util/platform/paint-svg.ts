import { hasNode } from "./node.ts";

interface Painter {
  readonly Resvg: new (svg: string, options: object) => { render(): { asPng(): Uint8Array } };
}

/**
 * Paints an SVG picture and gives it as PNG.
 *
 * In Node with resvg; a page has a painter of its own, a canvas, and so needs no library.
 *
 * @param scale - Pixels for each pixel of CSS (1/96 inch): `dpi / 96`.
 * @param background - A colour of CSS; null: what is not painted is transparent. Default white.
 */
export async function paintSvg(
  svg: string,
  scale: number,
  background: string | null = "white",
): Promise<Uint8Array> {
  return hasNode() ? paintInNode(svg, scale, background) : paintInPage(svg, scale, background);
}

async function paintInNode(svg: string, scale: number, background: string | null): Promise<Uint8Array> {
  // Not written into the call, since bundlers for pages would follow it to a native library.
  const name = "@resvg/resvg-js";
  // SAFETY: the part of the library's types that is used here.
  const { Resvg } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as Painter;
  const painter = new Resvg(svg, {
    ...(background === null ? {} : { background }),
    fitTo: { mode: "zoom", value: scale },
    font: { loadSystemFonts: true, defaultFontFamily: "Helvetica" },
  });
  return painter.render().asPng();
}

async function paintInPage(svg: string, scale: number, background: string | null): Promise<Uint8Array> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(image.naturalWidth * scale);
    canvas.height = Math.ceil(image.naturalHeight * scale);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("the page gives no 2d canvas");
    if (background !== null) {
      context.fillStyle = background;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => {
      canvas.toBlob(done, "image/png");
    });
    if (blob === null)
      throw new Error(`a picture of ${canvas.width}×${canvas.height} pixels is too large for the page`);
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(address);
  }
}
