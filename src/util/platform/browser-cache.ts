const cacheName = "antler";

/** What a page keeps of an earlier download, or `undefined`; never an error, since a cache is only a help. */
export async function readBrowserCache(url: string): Promise<Uint8Array | undefined> {
  const storage = globalThis.caches as CacheStorage | undefined; // SAFETY: absent outside secure contexts
  try {
    const response = await (await storage?.open(cacheName))?.match(url);
    return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer());
  } catch {
    return undefined;
  }
}

/** Keeps a download for the next visit, where the browser lets a page do so. */
export async function writeBrowserCache(url: string, bytes: Uint8Array): Promise<void> {
  const storage = globalThis.caches as CacheStorage | undefined; // SAFETY: as above
  try {
    await (await storage?.open(cacheName))?.put(url, new Response(new Uint8Array(bytes)));
  } catch {
    // No room, or not allowed: the next visit downloads again.
  }
}
