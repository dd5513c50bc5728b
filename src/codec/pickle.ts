import { elementBytes, elementCount } from "./array.ts";
import { ByteReader, decodeLatin1, decodeUtf8 } from "./byte-reader.ts";
import {
  allowedGlobals,
  Dtype,
  Global,
  PendingArray,
  PickleDict,
  PickleList,
  PickleTuple,
  type StackItem,
} from "./pickle-stack.ts";
import { decodeElements, parseDescriptor, type PickleValue } from "./numpy-types.ts";

/**
 * Reads a Python pickle of plain data: numbers, texts, bytes, lists, tuples, dicts and NumPy arrays.
 * Unlike Python's, this reader runs nothing: any other name in the pickle is refused.
 *
 * @throws {FormatError} when it is damaged, or holds anything else.
 */
export function readPickle(bytes: Uint8Array, where: string): PickleValue {
  const machine = new Machine(bytes, where);
  return machine.finish(machine.run(), 0);
}

class Machine {
  readonly #reader: ByteReader;
  #stack: StackItem[] = [];
  readonly #marks: StackItem[][] = [];
  readonly #memo = new Map<number, StackItem>();
  #budget: number;

  constructor(bytes: Uint8Array, where: string) {
    this.#reader = new ByteReader(bytes, where);
    this.#budget = 1000 + 8 * bytes.length;
  }

  #pop(): StackItem {
    const item = this.#stack.pop();
    return item === undefined ? this.#reader.fail("damaged pickle: nothing on its stack") : item;
  }

  #popMark(): StackItem[] {
    const items = this.#stack;
    this.#stack = this.#marks.pop() ?? this.#reader.fail("damaged pickle: no mark on its stack");
    return items;
  }

  #line(): string {
    const start = this.#reader.position;
    while (this.#reader.u8() !== 10);
    return decodeLatin1(this.#reader.bytes.subarray(start, this.#reader.position - 1));
  }

  #recall(index: number): void {
    const item = this.#memo.get(index);
    this.#stack.push(
      item === undefined ? this.#reader.fail("damaged pickle: it refers to what it does not hold") : item,
    );
  }

  #remember(index: number): void {
    const item = this.#stack.at(-1);
    this.#memo.set(
      index,
      item === undefined ? this.#reader.fail("damaged pickle: nothing on its stack") : item,
    );
  }

  /** Executes the pickle's instructions up to its end and returns what is left. */
  run(): StackItem {
    for (;;) {
      const opcode = this.#reader.u8();
      // Lists of small numbers are nearly all of a large pickle.
      if (opcode === 0x4b || opcode === 0x4d) {
        this.#stack.push(opcode === 0x4b ? this.#reader.u8() : this.#reader.u16());
        continue;
      }
      const code = String.fromCharCode(opcode);
      if (code === ".") return this.#pop();
      if (!this.#container(code) && !this.#literal(code) && !this.#memory(code) && !this.#object(code)) {
        this.#reader.fail(`refused: the pickle instruction ${JSON.stringify(code)} is not one of plain data`);
      }
    }
  }

  /** Instructions that push a value of their own. */
  #literal(code: string): boolean {
    const reader = this.#reader;
    const push = (item: StackItem): boolean => this.#stack.push(item) > 0;
    const text = (length: number): string =>
      decodeUtf8(reader.view(length)) ?? reader.fail("damaged pickle: a text is not UTF-8");
    switch (code) {
      case "\x80":
        if (reader.u8() > 5) reader.fail("this version of Python's pickle is not supported");
        return true;
      case "\x95":
        reader.take(8); // length of a frame
        return true;
      case "N":
        return push(null);
      case "\x88":
        return push(true);
      case "\x89":
        return push(false);
      case "J":
        return push(reader.u32() | 0);
      case "\x8a":
        return push(this.#long(reader.view(reader.u8())));
      case "I":
      case "L":
        return push(this.#decimal(code, this.#line()));
      case "F":
        return push(Number(this.#line()));
      case "G": {
        const view = reader.view(8);
        return push(new DataView(view.buffer, view.byteOffset, 8).getFloat64(0));
      }
      case "U":
      case "C":
        return push(reader.view(reader.u8()));
      case "T":
      case "B":
        return push(reader.view(reader.u32()));
      case "\x8e":
        return push(reader.view(reader.u64()));
      case "S":
        return push(new TextEncoder().encode(this.#quoted(this.#line())));
      case "\x8c":
        return push(text(reader.u8()));
      case "X":
        return push(text(reader.u32()));
      case "V":
        return push(
          this.#line().replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
        );
      default:
        return false;
    }
  }

  /** Instructions that build containers. */
  #container(code: string): boolean {
    const reader = this.#reader;
    const stack = this.#stack;
    const push = (item: StackItem): boolean => this.#stack.push(item) > 0;
    switch (code) {
      case "(":
        this.#marks.push(stack);
        this.#stack = [];
        return true;
      case "]":
        return push(new PickleList());
      case "}":
        return push(new PickleDict());
      case ")":
        return push(new PickleTuple([]));
      case "\x85":
      case "\x86":
      case "\x87": {
        const count = code.charCodeAt(0) - 0x84;
        if (stack.length < count) reader.fail("damaged pickle: nothing on its stack");
        return push(new PickleTuple(stack.splice(-count)));
      }
      case "t": {
        const items = this.#popMark();
        return push(new PickleTuple(items));
      }
      case "l": {
        const list = new PickleList();
        for (const item of this.#popMark()) list.items.push(item);
        return push(list);
      }
      case "a":
        this.#append([this.#pop()]);
        return true;
      case "e":
        this.#append(this.#popMark());
        return true;
      case "d": {
        const items = this.#popMark();
        push(new PickleDict());
        this.#setItems(items);
        return true;
      }
      case "s": {
        const value = this.#pop();
        this.#setItems([this.#pop(), value]);
        return true;
      }
      case "u":
        this.#setItems(this.#popMark());
        return true;
      default:
        return false;
    }
  }

  /** Instructions on the stack and the memo. */
  #memory(code: string): boolean {
    const reader = this.#reader;
    switch (code) {
      case "0":
        this.#pop();
        return true;
      case "p":
        this.#remember(Number(this.#line()));
        return true;
      case "q":
        this.#remember(reader.u8());
        return true;
      case "r":
        this.#remember(reader.u32());
        return true;
      case "\x94":
        this.#remember(this.#memo.size);
        return true;
      case "g":
        this.#recall(Number(this.#line()));
        return true;
      case "h":
        this.#recall(reader.u8());
        return true;
      case "j":
        this.#recall(reader.u32());
        return true;
      default:
        return false;
    }
  }

  /** Instructions that name classes and functions, and make objects of them. */
  #object(code: string): boolean {
    const push = (item: StackItem): boolean => this.#stack.push(item) > 0;
    switch (code) {
      case "c":
        return push(this.#global(`${this.#line()} ${this.#line()}`));
      case "\x93": {
        const name = this.#pop();
        const module = this.#pop();
        return push(this.#global(`${String(module)} ${String(name)}`));
      }
      case "R": {
        const args = this.#pop();
        return push(this.#reduce(this.#pop(), args));
      }
      case "b": {
        const state = this.#pop();
        this.#build(this.#stack.at(-1), state);
        return true;
      }
      default:
        return false;
    }
  }

  #append(items: readonly StackItem[]): void {
    const list = this.#stack.at(-1);
    if (!(list instanceof PickleList))
      return this.#reader.fail("damaged pickle: it appends to what is no list");
    for (const item of items) list.items.push(item);
  }

  #setItems(items: readonly StackItem[]): void {
    const dict = this.#stack.at(-1);
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0)
      return this.#reader.fail("damaged pickle: it sets items of what is no dict");
    for (let i = 0; i + 1 < items.length; i += 2) dict.entries.push([items[i] ?? null, items[i + 1] ?? null]);
  }

  #global(name: string): Global {
    const found = allowedGlobals.find((item) => item === name);
    return found === undefined
      ? this.#reader.fail(
          `refused: the pickle names ${JSON.stringify(name.replace(" ", "."))}, which is not plain data`,
        )
      : new Global(found);
  }

  #long(bytes: Uint8Array): number | bigint {
    let value = 0n;
    bytes.forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    const signed = BigInt.asIntN(8 * bytes.length, value);
    return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(signed)
      : signed;
  }

  #decimal(code: string, line: string): boolean | number | bigint {
    if (code === "I" && (line === "00" || line === "01")) return line === "01";
    const digits = line.replace(/L$/, "");
    if (!/^-?\d{1,400}$/.test(digits)) return this.#reader.fail("damaged pickle: a number that is none");
    return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
  }

  #quoted(line: string): string {
    return line
      .slice(1, -1)
      .replaceAll(/\\x([0-9a-f]{2})|\\(.)/g, (_, hex: string | undefined, char: string | undefined) => {
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
        return char === "n" ? "\n" : char === "t" ? "\t" : char === "r" ? "\r" : (char ?? "");
      });
  }

  /** What calling one of the allowed names would give. */
  #reduce(callee: StackItem, args: StackItem): StackItem {
    if (!(callee instanceof Global) || !(args instanceof PickleTuple))
      return this.#reader.fail("damaged pickle: it calls what is no function");
    const [first, second] = args.items;
    if (callee.name === "numpy dtype")
      return new Dtype(textOf(first) ?? this.#reader.fail("damaged pickle: a dtype without name"));
    if (callee.name === "_codecs encode" && typeof first === "string" && textOf(second) === "latin1") {
      return Uint8Array.from(first, (char) => char.charCodeAt(0));
    }
    if (callee.name.endsWith("_reconstruct")) return new PendingArray();
    return this.#reader.fail(`refused: the pickle calls ${callee.name.replace(" ", ".")}`);
  }

  /** `__setstate__` of arrays and dtypes. */
  #build(target: StackItem | undefined, state: StackItem): void {
    if (target instanceof Dtype && state instanceof PickleTuple) {
      target.isBigEndian = textOf(state.items[1]) === ">";
      return;
    }
    if (!(target instanceof PendingArray) || !(state instanceof PickleTuple))
      return this.#reader.fail("damaged pickle: it sets the state of what has none");
    const [, shapeItem, dtype, isFortran, content] = state.items;
    const shape = shapeItem instanceof PickleTuple ? shapeItem.items.map(Number) : [Number.NaN];
    const count = elementCount(shape);
    if (!(dtype instanceof Dtype) || !Number.isSafeInteger(count) || shape.some((size) => size < 0)) {
      return this.#reader.fail("damaged pickle: an array without shape or type");
    }
    if (content instanceof PickleList && dtype.descriptor.startsWith("O")) {
      if (content.items.length !== count)
        this.#reader.fail("damaged pickle: an array whose objects do not fill it");
      target.value = { shape, dtype: "object", data: content.items.map((item) => this.finish(item, 1)) };
      return;
    }
    const type = parseDescriptor(dtype.descriptor);
    if (type === undefined || !(content instanceof Uint8Array))
      return this.#reader.fail(`the type "${dtype.descriptor}" of an array in a pickle is not supported`);
    if (content.length !== count * elementBytes(type.dtype))
      this.#reader.fail("damaged pickle: an array whose bytes do not fill it");
    target.value = decodeElements(
      content.slice().buffer,
      type.dtype,
      dtype.isBigEndian,
      shape,
      isFortran === true,
    );
  }

  /** The value of a stack item. Shared items are repeated, within a bound. */
  finish(item: StackItem, depth: number): PickleValue {
    this.#budget -= 1;
    if (this.#budget < 0 || depth > 100)
      return this.#reader.fail("refused: the pickle is nested or shared absurdly");
    if (item instanceof PendingArray)
      return item.value ?? this.#reader.fail("damaged pickle: an array without content");
    if (item instanceof PickleList || item instanceof PickleTuple)
      return item.items.map((child) => this.finish(child, depth + 1));
    if (item instanceof PickleDict)
      return new Map(
        item.entries.map(([key, value]) => [this.finish(key, depth + 1), this.finish(value, depth + 1)]),
      );
    if (item instanceof Global || item instanceof Dtype)
      return this.#reader.fail("refused: the pickle holds more than plain data");
    return item;
  }
}

/** A text, or bytes as a text (Python 2 wrote names as bytes). */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? decodeLatin1(value) : undefined;
}
