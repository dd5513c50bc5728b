import { ByteReader } from "../byte-reader.ts";
import type { Hdf5File } from "./file.ts";

/** Message numbers of object headers (HDF5 file format specification, IV.A.2). */
export const messageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValueOld: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object header: its number and a reader over its body. */
export interface Message {
  readonly type: number;
  readonly body: ByteReader;
}

/** Reads all messages of the object header at an address, continuation blocks included. `part` names the object. */
export function readObjectHeader(file: Hdf5File, address: number, part: string): Message[] {
  const reader = file.at(address, part);
  file.spend(reader);
  const isVersion2 = reader.bytes[reader.position] === 0x4f; // "OHDR"
  return isVersion2 ? readVersion2(file, reader, part) : readVersion1(file, reader, part);
}

function readVersion1(file: Hdf5File, reader: ByteReader, part: string): Message[] {
  if (reader.u8() !== 1) reader.fail("damaged: there is no object header where one should be");
  reader.take(1);
  const count = reader.u16();
  reader.take(4); // reference count
  const size = reader.u32();
  reader.take(4); // alignment
  const messages: Message[] = [];
  const blocks = [new ByteReader(reader.view(size), reader.where)];
  let seen = 0;
  for (const block of blocks) {
    while (block.remaining >= 8 && seen < count) {
      const type = block.u16();
      const length = block.u16();
      const flags = block.u8();
      block.take(3);
      seen += 1;
      addMessage(file, messages, blocks, { type, flags, body: block.view(length), part }, 0);
    }
  }
  if (seen !== count) reader.fail(`damaged: its header should have ${count} messages, ${seen} are there`);
  return messages;
}

function readVersion2(file: Hdf5File, reader: ByteReader, part: string): Message[] {
  const start = reader.position;
  reader.signature("OHDR");
  if (reader.u8() !== 2) reader.fail("unknown version of object header");
  const flags = reader.u8();
  if (flags & 0x20) reader.take(16); // times
  if (flags & 0x10) reader.take(4); // limits of attribute storage
  const size = reader.uint(1 << (flags & 3));
  const first = reader.view(size);
  file.verifyChecksum(reader, start);
  const creationOrderBytes = flags & 4 ? 2 : 0;
  const messages: Message[] = [];
  const blocks = [new ByteReader(first, reader.where)];
  for (const block of blocks) {
    while (block.remaining >= 4 + creationOrderBytes) {
      const type = block.u8();
      const length = block.u16();
      const messageFlags = block.u8();
      block.take(creationOrderBytes);
      addMessage(file, messages, blocks, { type, flags: messageFlags, body: block.view(length), part }, 8);
    }
  }
  return messages;
}

interface RawMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
  readonly part: string;
}

/** Keeps a message, or follows it to the block it continues in. Blocks of version 2 have a signature and a checksum. */
function addMessage(
  file: Hdf5File,
  messages: Message[],
  blocks: ByteReader[],
  message: RawMessage,
  frameBytes: number,
): void {
  const body = new ByteReader(message.body, `${file.name}: ${message.part}`);
  file.spend(body);
  if (message.type === messageType.continuation) {
    const address = file.address(body);
    const length = file.length(body);
    const block = file.at(address, message.part);
    file.spend(block, 16); // a continuation that points at itself
    const start = block.position;
    if (frameBytes === 0) {
      blocks.push(new ByteReader(block.view(length), block.where));
      return;
    }
    block.signature("OCHK");
    const content = block.view(length - frameBytes);
    file.verifyChecksum(block, start);
    blocks.push(new ByteReader(content, block.where));
    return;
  }
  if (message.flags & 2) {
    if (message.type === 0) return;
    body.fail("shared header messages (committed datatypes) are not supported");
  }
  messages.push({ type: message.type, body });
}

/** The body of the only message of a type, at its start. */
export function findMessage(messages: readonly Message[], type: number): ByteReader | undefined {
  return messages.find((message) => message.type === type)?.body;
}
