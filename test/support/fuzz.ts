import { AntlerError, FormatError } from "../../src/util/errors.ts";

/** A format to be fuzzed. */
export interface FuzzTarget {
  readonly name: string;
  /** Sound files, from which mutated ones are made. */
  readonly seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Reads a file in full and gives what it holds in comparable form. */
  readonly read: (bytes: Uint8Array) => unknown;
  /**
   * What may come out of a mutated file that is accepted: `same` as from the seed, since every byte of content is under
   * a checksum; `any`thing of sound form, since data without checksums may change.
   */
  readonly accepts: "same" | "any";
  /** Makes a damaged file of a sound one. Default: mutations of bytes. */
  readonly mutate?: (
    seed: Uint8Array,
    others: readonly Uint8Array[],
    random: () => number,
  ) => readonly [bytes: Uint8Array, what: string] | Promise<readonly [bytes: Uint8Array, what: string]>;
  /** Errors beside FormatError that are right, as where a file of several is missing. */
  readonly refusesWith?: readonly (abstract new (...args: never[]) => Error)[];
}

/** A file that was treated wrongly. */
export interface FuzzFailure {
  readonly target: string;
  readonly reason: string;
  readonly seedIndex: number;
  readonly mutation: string;
  readonly bytes: Uint8Array;
}

export interface FuzzReport {
  readonly refused: number;
  readonly accepted: number;
  readonly failures: readonly FuzzFailure[];
  readonly slowestMs: number;
}

/** No file may take longer to be read or refused. */
const limitMs = 1000;
/** Memory that reading may take: a constant, and a multiple of the file. */
const memoryBytes = (size: number): number => 64 * 2 ** 20 + 8 * size;

/** A small generator of equally distributed numbers (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that formats get wrong: signs, limits, sizes near the integers' ends. */
const extremes = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** A mutated copy of a file, and what was done. Mutations of bytes and of structure; one to four of them. */
export function mutate(
  seed: Uint8Array,
  others: readonly Uint8Array[],
  random: () => number,
): readonly [bytes: Uint8Array, what: string] {
  let bytes = seed.slice();
  const what: string[] = [];
  const below = (n: number): number => Math.floor(random() * Math.max(1, n));
  // Headers and directories are at the ends: half of the positions are drawn from there.
  const position = (): number => {
    const edge = Math.min(1024, bytes.length);
    const kind = below(4);
    return kind === 0 ? below(edge) : kind === 1 ? bytes.length - 1 - below(edge) : below(bytes.length);
  };
  const splice = (at: number, remove: number, insert: Uint8Array): void => {
    const next = new Uint8Array(Math.max(0, bytes.length - remove) + insert.length);
    next.set(bytes.subarray(0, at));
    next.set(insert, at);
    next.set(bytes.subarray(at + remove), at + insert.length);
    bytes = next;
  };
  for (let count = 1 + below(4); count > 0 && bytes.length > 0; count--) {
    const at = position();
    switch (below(8)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        what.push(`flip ${at}`);
        break;
      case 1:
        bytes[at] = below(256);
        what.push(`set ${at}`);
        break;
      case 2: {
        const value = extremes[below(extremes.length)] ?? 0;
        const width = [2, 4, 8][below(3)] ?? 4;
        if (at + width > bytes.length) break;
        const view = new DataView(bytes.buffer);
        if (width === 2) view.setUint16(at, value, true);
        else if (width === 4) view.setUint32(at, value, true);
        else view.setBigUint64(at, value === 0xffffffff ? 0xffffffffffffffffn : BigInt(value), true);
        what.push(`u${width * 8} ${at} = ${value}`);
        break;
      }
      case 3:
        bytes = bytes.slice(0, at);
        what.push(`cut at ${at}`);
        break;
      case 4: {
        const length = Math.min(bytes.length - at, 1 + below(64));
        splice(at, length, new Uint8Array());
        what.push(`delete ${at}+${length}`);
        break;
      }
      case 5: {
        const from = below(bytes.length);
        const chunk = bytes.slice(from, from + 1 + below(64));
        splice(at, 0, chunk);
        what.push(`insert ${chunk.length} bytes of ${from} at ${at}`);
        break;
      }
      case 6: {
        const from = below(bytes.length);
        bytes.copyWithin(at, from, from + 1 + below(256));
        what.push(`copy ${from} to ${at}`);
        break;
      }
      default: {
        const other = others[below(others.length)] ?? seed;
        const from = below(other.length);
        splice(at, bytes.length - at, other.slice(from));
        what.push(`continue at ${at} with another file from ${from}`);
      }
    }
  }
  return [bytes, what.join(", ")];
}

/** The comparable text of what a file holds. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return [...part];
    if (typeof part === "bigint") return `${part}n`;
    if (ArrayBuffer.isView(part)) {
      return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("base64");
    }
    return part;
  });
}

/** Whether an error is what a damaged file is to be refused with. */
export function isRefusal(error: unknown, { refusesWith = [] }: FuzzTarget): boolean {
  return error instanceof FormatError || refusesWith.some((kind) => error instanceof kind);
}

/** Reads `count` mutated files and says which were treated wrongly. */
export async function fuzz(target: FuzzTarget, count: number, seed: number): Promise<FuzzReport> {
  const random = generator(seed);
  const seeds = await target.seeds();
  const expected: string[] = [];
  for (const bytes of seeds) expected.push(fingerprint(await target.read(bytes)));
  const failures: FuzzFailure[] = [];
  let [refused, accepted, slowestMs] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const seedIndex = Math.floor(random() * seeds.length);
    const damage = target.mutate ?? mutate;
    const [bytes, mutation] = await damage(seeds[seedIndex] ?? new Uint8Array(), seeds, random);
    const fail = (reason: string): void =>
      void failures.push({ target: target.name, reason, seedIndex, mutation, bytes });
    const before = process.memoryUsage();
    const [started, startedCpu] = [performance.now(), process.cpuUsage()];
    try {
      const value = await target.read(bytes);
      accepted++;
      const known = target.accepts === "any" || expected.includes(fingerprint(value));
      if (!known) fail("a damaged file was accepted with other content");
    } catch (error) {
      if (isRefusal(error, target)) refused++;
      else {
        const kind = error instanceof AntlerError ? error.name : "an internal error";
        fail(`${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    }
    // Where other programs take the processor too, the clock tells of them.
    const cpu = process.cpuUsage(startedCpu);
    const ms = Math.min(performance.now() - started, (cpu.user + cpu.system) / 1000);
    slowestMs = Math.max(slowestMs, ms);
    if (ms > limitMs) fail(`took ${ms.toFixed(0)} ms`);
    const after = process.memoryUsage();
    const taken = Math.max(after.arrayBuffers - before.arrayBuffers, after.external - before.external);
    if (taken > memoryBytes(bytes.length)) fail(`took ${taken} bytes for a file of ${bytes.length}`);
  }
  return { refused, accepted, failures, slowestMs };
}
