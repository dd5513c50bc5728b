import { createServer, type Server } from "node:http";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { DataError, FormatError, OptionError } from "../util/errors.ts";
import { sha256, writeFileAtomic } from "../util/platform/index.ts";
import { getFile } from "./get-file.ts";
import { md5 } from "./md5.ts";
import { writeZip } from "./zip-write.ts";

const content = new TextEncoder().encode("some content");
const archive = writeZip([{ name: "inner/a.txt", data: content }]);
const requests: string[] = [];
let server: Server;
let base = "";
let home = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const body = request.url === "/a.txt" ? content : request.url === "/a.zip" ? archive : undefined;
    response.writeHead(body === undefined ? 404 : 200, { "content-length": String(body?.length ?? 0) });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "antler-cache-"));
  vi.stubEnv("KERAS_HOME", home);
  requests.length = 0;
  return async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true });
  };
});

describe("getFile", () => {
  test("downloads once, checks the hash, and leaves nothing else behind", async () => {
    const fileHash = await sha256(content);
    const path = await getFile({ origin: `${base}/a.txt`, fileHash });
    expect(path).toBe(join(home, "datasets", "a.txt"));
    expect(await getFile("a.txt", `${base}/a.txt`, { md5Hash: md5(content) })).toBe(path);
    expect(new Uint8Array(await readFile(path))).toEqual(content);
    expect(requests).toEqual(["/a.txt"]);
    expect(await readdir(join(home, "datasets"))).toEqual(["a.txt"]);
    await getFile({ origin: `${base}/a.txt`, forceDownload: true });
    expect(requests).toHaveLength(2);
  });

  test("a cached file of another hash is downloaded again", async () => {
    const path = await getFile({ origin: `${base}/a.txt` });
    await writeFile(path, "changed");
    await getFile({ origin: `${base}/a.txt`, fileHash: await sha256(content) });
    expect(await readFile(path, "utf8")).toBe("some content");
  });

  test("a download of another hash is not kept", async () => {
    await expect(getFile({ origin: `${base}/a.txt`, fileHash: "0".repeat(64) })).rejects.toThrow(
      /a.txt: .*its hash is not the expected/,
    );
    expect(await readdir(join(home, "datasets"))).toEqual([]);
  });

  test("extracts where Keras does", async () => {
    const options = { origin: `${base}/a.zip`, extract: true };
    const folder = await getFile({ ...options, fname: "plain" });
    expect(folder).toBe(join(home, "datasets", "plain"));
    expect(await readFile(join(folder, "inner/a.txt"), "utf8")).toBe("some content");
    expect(await getFile({ ...options, fname: "a.zip" })).toBe(join(home, "datasets", "a_extracted"));
    expect((await readdir(join(home, "datasets"))).sort()).toEqual([
      "a.zip",
      "a_extracted",
      "plain",
      "plain_archive",
    ]);
    await writeFile(join(home, "datasets", "bad.zip"), archive.slice(0, 60));
    await expect(getFile({ ...options, fname: "bad.zip" })).rejects.toThrow(FormatError);
  });

  test("says what is missing, and where it looked", async () => {
    await expect(getFile({ origin: `${base}/nothing.bin` })).rejects.toThrow(
      /nothing.bin: .*404.*not in the cache .*KERAS_HOME/s,
    );
    await expect(getFile({ origin: "http://127.0.0.1:9/x.bin" })).rejects.toThrow(DataError);
    await expect(getFile({ fname: "../x", origin: `${base}/a.txt` })).rejects.toThrow(OptionError);
    await expect(getFile({ fname: "x" })).rejects.toThrow(/expected `origin`/);
    // @ts-expect-error: a misspelt option
    await expect(getFile({ origin: `${base}/a.txt`, filehash: "" })).rejects.toThrow(
      /Did you mean `fileHash`/,
    );
  });
});

describe("writeFileAtomic", () => {
  test("replaces whole files, and cleans up when it cannot", async () => {
    const path = join(home, "m.bin");
    await writeFileAtomic(path, "one");
    await writeFileAtomic(path, "two");
    expect(await readFile(path, "utf8")).toBe("two");
    await expect(writeFileAtomic(join(home, "no", "m.bin"), "x")).rejects.toThrow(/cannot write/);
    expect(await readdir(home)).toEqual(["m.bin"]);
  });
});
