import { hasNode } from "./node.ts";

/** Pixels of red, green, blue and opacity. */
export interface PagePixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Decodes an image in a format that the browser knows (WebP, AVIF); `undefined` outside pages and their workers, and for
 * what it does not know.
 */
export async function decodeInPage(bytes: Uint8Array): Promise<PagePixels | undefined> {
  if (hasNode() || typeof createImageBitmap !== "function" || typeof OffscreenCanvas !== "function")
    return undefined;
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(new Blob([new Uint8Array(bytes)]), {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
    });
  } catch {
    return undefined;
  }
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) return undefined;
  context.drawImage(image, 0, 0);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data: new Uint8Array(data.buffer) };
}
