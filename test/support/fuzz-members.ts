// Mutations of archives and of the files in them.
import { readHdf5, walkNodes } from "../../src/codec/hdf5/index.ts";
import { ZipArchive } from "../../src/codec/zip-read.ts";
import { writeZip } from "../../src/codec/zip-write.ts";
import { parsePythonJson } from "../../src/saving/python-json.ts";
import { type FuzzTarget, mutate } from "./fuzz.ts";
import { mutateJson, mutateTree } from "./fuzz-structure.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The members of an archive with what they hold. */
export async function membersOf(bytes: Uint8Array): Promise<{ name: string; data: Uint8Array }[]> {
  const archive = ZipArchive.open(bytes, "seed.keras");
  const members: { name: string; data: Uint8Array }[] = [];
  for (const { name } of archive.members) members.push({ name, data: await archive.read(name) });
  return members;
}

/** Mutates the files inside an archive, one or two of them, and packs them again with right checksums. */
export async function mutateMembers(
  seed: Uint8Array,
  others: readonly Uint8Array[],
  random: () => number,
): Promise<readonly [Uint8Array, string]> {
  const members = await membersOf(seed);
  const what: string[] = [];
  for (let count = random() < 0.8 ? 1 : 2; count > 0; count--) {
    const member = members[Math.floor(random() * members.length)];
    if (member === undefined) break;
    const [data, how] = await mutateContent(member, others, random);
    member.data = data;
    what.push(`${member.name}: ${how}`);
  }
  return [writeZip(members), what.join("; ")];
}

/** Mutates what a file means, by its form; now and then its bytes. */
export async function mutateContent(
  { name, data }: { readonly name: string; readonly data: Uint8Array },
  others: readonly Uint8Array[],
  random: () => number,
): Promise<readonly [Uint8Array, string]> {
  // What was mutated before may be no JSON and no HDF5 any more.
  const isPlain = random() < 0.15 || !(await isSound({ name, data }));
  if (!isPlain && name.endsWith(".json")) {
    const [json, how] = mutateJson(new TextDecoder().decode(data), random);
    return [text(json), how];
  }
  if (!isPlain && name.endsWith(".h5")) return mutateTree(data, random);
  return mutate(data, [data, ...others], random);
}

async function isSound({
  name,
  data,
}: {
  readonly name: string;
  readonly data: Uint8Array;
}): Promise<boolean> {
  try {
    if (name.endsWith(".json")) parsePythonJson(new TextDecoder().decode(data));
    if (name.endsWith(".h5"))
      for (const node of walkNodes(await readHdf5(data, name))) if (node.kind === "dataset") node.read();
    return true;
  } catch {
    return false;
  }
}

/** Mutates the tree of an HDF5 file, and JSON in its attributes. */
export const mutateHdf5: NonNullable<FuzzTarget["mutate"]> = (seed, others, random) =>
  mutateContent({ name: "a.h5", data: seed }, others, random);

/** Mutates the header of a safetensors file, which is JSON, and its length with it. */
export const mutateSafetensors: NonNullable<FuzzTarget["mutate"]> = (seed, others, random) => {
  if (random() < 0.3) return mutate(seed, others, random);
  const length = Number(new DataView(seed.buffer, seed.byteOffset).getBigUint64(0, true));
  const [json, how] = mutateJson(new TextDecoder().decode(seed.subarray(8, 8 + length)), random);
  const header = text(json);
  const bytes = new Uint8Array(8 + header.length + seed.length - 8 - length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(seed.subarray(8 + length), 8 + header.length);
  return [bytes, how];
};

/** Packs the members of an archive under other names, twice, or behind headers that lie. */
export async function mutateArchive(
  seed: Uint8Array,
  others: readonly Uint8Array[],
  random: () => number,
): Promise<readonly [Uint8Array, string]> {
  const members = await membersOf(seed);
  const names = [
    "../config.json",
    "/config.json",
    "C:\\config.json",
    "config.json",
    "metadata.json",
    "a/../../b",
    "",
    "x/",
    "config.json\0",
  ];
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const what: string[] = [];
  for (let count = 1 + Math.floor(random() * 2); count > 0; count--) {
    const member = pick(members);
    if (member === undefined) break;
    const kind = Math.floor(random() * 4);
    const name = pick(names) ?? "";
    what.push(`${kind} ${member.name} ${name}`);
    if (kind === 0) member.name = name;
    else if (kind === 1) members.push({ ...member });
    else if (kind === 2) members.push({ name, data: member.data });
    else members.splice(members.indexOf(member), 1);
  }
  const zip = writeZip(members);
  if (random() < 0.5) return [zip, what.join(", ")];
  // One field of one entry of the directory (APPNOTE.TXT 4.3.12).
  const view = new DataView(zip.buffer);
  const entries: number[] = [];
  for (let at = 0; at + 46 < zip.length; at++) if (view.getUint32(at, true) === 0x02014b50) entries.push(at);
  const entry = pick(entries) ?? 0;
  const [offset, width] = pick([
    [6, 2],
    [8, 2],
    [10, 2],
    [16, 4],
    [20, 4],
    [24, 4],
    [28, 2],
    [30, 2],
    [32, 2],
    [38, 4],
    [42, 4],
  ] as const) ?? [8, 2];
  const value = pick([0, 1, 8, 9, 99, 0xffff, 0xffffffff, 0x80000000, zip.length]) ?? 0;
  if (width === 2) view.setUint16(entry + offset, value, true);
  else view.setUint32(entry + offset, value, true);
  return [zip, `${what.join(", ")}, field ${offset} of ${entry} = ${value}`];
}

/** The files of an archive as a page's file dialog gives them. */
export async function filesOf(bytes: Uint8Array): Promise<File[]> {
  return (await membersOf(bytes)).map(({ name, data }) => new File([new Uint8Array(data)], name));
}
