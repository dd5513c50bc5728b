import { invariant } from "../../../util/errors.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  constant,
  Expr,
  Local,
  operand,
  valueTypeCode,
  writeOpcode,
  type Opcode,
  type Operand,
  type ValueType,
} from "./expression.ts";

/** A branch target made by `block` or `loop`. */
export interface Label {
  readonly depth: number;
}

/** A callable function of a module: its index in the module's function space and its signature. */
export interface FunctionHandle {
  readonly index: number;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A list of so many; where the number is not known, of any. */
export type Several<T, N extends number, Found extends readonly T[] = []> = number extends N
  ? readonly T[]
  : Found["length"] extends N
    ? Found
    : Several<T, N, readonly [...Found, T]>;

/** An expression or plain number handed to a call, converted by the callee's parameter types. */
export type Argument = Expr<ValueType> | number | bigint;

const storeCode = {
  i32: [0x36, 2],
  i64: [0x37, 3],
  f32: [0x38, 2],
  f64: [0x39, 3],
  i32Store8: [0x3a, 0],
} as const;

/**
 * Writes the body of one function: statements append code, expressions (`i32.add(a, 4)`) are their operands.
 * Control structures take the body as a callback.
 */
export class FunctionBuilder implements FunctionHandle {
  readonly index: number;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #localTypes: ValueType[] = [];
  readonly #free = new Map<ValueType, Local<ValueType>[]>();
  readonly #body = new ByteWriter();
  #code = this.#body;
  readonly #prologue = new ByteWriter();
  #depth = 0;

  constructor(index: number, params: readonly ValueType[], results: readonly ValueType[]) {
    this.index = index;
    this.params = params;
    this.results = results;
  }

  /** The parameter at `position`, which must be of type `type`. */
  param<T extends ValueType>(type: T, position: number): Local<T> {
    invariant(
      this.params[position] === type,
      `parameter ${position} is ${this.params[position]}, not ${type}`,
    );
    return new Local(type, position);
  }

  /** A new local, zero at entry; with `initial`, set here. */
  local<T extends ValueType>(type: T, initial?: Operand<T>): Local<T> {
    const local = new Local(type, this.params.length + this.#localTypes.length);
    this.#localTypes.push(type);
    if (initial !== undefined) this.set(local, initial);
    return local;
  }

  /** Several new locals of one type. */
  locals<T extends ValueType, const N extends number>(type: T, count: N): Several<Local<T>, N> {
    const made = Array.from({ length: count }, () => this.local(type));
    return made as readonly Local<T>[] as Several<Local<T>, N>; // SAFETY: so many
  }

  /** Emits what `body` emits at the function's start, before everything else: constants kept in locals. */
  prologue(body: () => void): void {
    const outer = this.#code;
    this.#code = this.#prologue;
    body();
    this.#code = outer;
  }

  /** Runs `body` with a local taken from a pool and given back afterwards: its first value is undefined. */
  scratch<T extends ValueType>(type: T, body: (local: Local<T>) => void): void {
    const pool = this.#free.get(type) ?? [];
    this.#free.set(type, pool);
    const pooled = pool.pop();
    const local = pooled === undefined ? this.local(type) : new Local(type, pooled.index);
    body(local);
    pool.push(local);
  }

  /** `local = value`. */
  set<T extends ValueType>(local: Local<T>, value: Operand<T>): void {
    operand(local.type, value).write(this.#code);
    this.#code.byte(0x21);
    this.#code.unsigned(local.index);
  }

  /** `local += amount` on an i32. */
  increment(local: Local<"i32">, amount: Operand<"i32">): void {
    if (amount === 0) return;
    const step = operand("i32", amount);
    this.set(
      local,
      new Expr("i32", (out) => {
        local.write(out);
        step.write(out);
        out.byte(0x6a);
      }),
    );
  }

  /** Evaluates an expression and drops its value. */
  drop(value: Expr<ValueType>): void {
    value.write(this.#code);
    this.#code.byte(0x1a);
  }

  /** Stores a value of its own width at `address + offset`. */
  store(address: Operand<"i32">, value: Expr<ValueType>, offset = 0): void {
    if (value.type === "v128") this.#store(address, value, [0xfd, 11], 4, offset);
    else this.#store(address, value, storeCode[value.type][0], storeCode[value.type][1], offset);
  }

  /** Stores the low 8 bits of an i32. */
  store8(address: Operand<"i32">, value: Operand<"i32">, offset = 0): void {
    this.#store(address, operand("i32", value), storeCode.i32Store8[0], storeCode.i32Store8[1], offset);
  }

  /** Stores one lane of `8 << widthLog2` bits of a vector. */
  storeLane(
    address: Operand<"i32">,
    value: Expr<"v128">,
    widthLog2: 0 | 1 | 2 | 3,
    lane: number,
    offset = 0,
  ): void {
    this.#store(address, value, [0xfd, 88 + widthLog2], widthLog2, offset);
    this.#code.byte(lane);
  }

  /** Stores the first `lanes` (1–4) 32-bit lanes of a vector. */
  storeLanes32(address: Operand<"i32">, value: Local<"v128">, lanes: number, offset = 0): void {
    if (lanes === 4) return this.store(address, value, offset);
    if (lanes >= 2) this.storeLane(address, value, 3, 0, offset);
    if (lanes !== 2) this.storeLane(address, value, 2, lanes - 1, offset + (lanes - 1) * 4);
  }

  /** Atomic store of an i32 at a naturally aligned address. */
  atomicStore(address: Operand<"i32">, value: Expr<"i32">, offset = 0): void {
    this.#store(address, value, [0xfe, 0x17], 2, offset);
  }

  /** Copies `byteCount` bytes; the ranges may overlap. */
  memoryCopy(target: Operand<"i32">, source: Operand<"i32">, byteCount: Operand<"i32">): void {
    for (const each of [target, source, byteCount]) operand("i32", each).write(this.#code);
    this.#code.raw([0xfc, 0x0a, 0, 0]);
  }

  /** Sets `byteCount` bytes to the low 8 bits of `value`. */
  memoryFill(target: Operand<"i32">, value: Operand<"i32">, byteCount: Operand<"i32">): void {
    for (const each of [target, value, byteCount]) operand("i32", each).write(this.#code);
    this.#code.raw([0xfc, 0x0b, 0]);
  }

  /** A call without results. */
  call(callee: FunctionHandle, ...args: readonly Argument[]): void {
    invariant(callee.results.length === 0, "call is for functions without results; use callValue");
    this.#writeCall(this.#code, callee, args);
  }

  /** A call with one result, as an expression. */
  callValue<T extends ValueType>(type: T, callee: FunctionHandle, ...args: readonly Argument[]): Expr<T> {
    invariant(callee.results.length === 1 && callee.results[0] === type, `callee does not give one ${type}`);
    return new Expr(type, (out) => this.#writeCall(out, callee, args));
  }

  /** `{ body }`: branching to the label leaves the block. */
  block(body: (exit: Label) => void): void {
    this.#nest(0x02, body);
  }

  /** `loop { body }`: branching to the label starts the body again; reaching its end leaves the loop. */
  loop(body: (again: Label) => void): void {
    this.#nest(0x03, body);
  }

  /** `if (condition) whenTrue else whenFalse`. A constant condition emits only its branch. */
  if(condition: Operand<"i32">, whenTrue: () => void, whenFalse?: () => void): void {
    if (typeof condition === "number") {
      if (condition !== 0) whenTrue();
      else whenFalse?.();
      return;
    }
    condition.write(this.#code);
    this.#nest(0x04, () => {
      whenTrue();
      if (whenFalse !== undefined) {
        this.#code.byte(0x05);
        whenFalse();
      }
    });
  }

  /** Jumps to a label. */
  br(label: Label): void {
    this.#code.byte(0x0c);
    this.#code.unsigned(this.#depth - label.depth);
  }

  /** Jumps to a label when the condition is not zero. */
  brIf(label: Label, condition: Expr<"i32">): void {
    condition.write(this.#code);
    this.#code.byte(0x0d);
    this.#code.unsigned(this.#depth - label.depth);
  }

  /** `if (condition) do { body } while (condition)`: a while loop with its test at the end. */
  while(condition: Expr<"i32">, body: () => void): void {
    this.if(condition, () => {
      this.loop((again) => {
        body();
        this.brIf(again, condition);
      });
    });
  }

  /** `do { body } while (condition)`. */
  doWhile(body: () => void, condition: Expr<"i32">): void {
    this.loop((again) => {
      body();
      this.brIf(again, condition);
    });
  }

  /**
   * `for (counter = from; counter < to; counter += step) body()`, signed, with a positive step. Where both ends
   * are constants the entry test is resolved here. `to` is evaluated every round: give a local or a constant.
   */
  forRange(
    counter: Local<"i32">,
    from: Operand<"i32">,
    to: Local<"i32"> | number,
    step: Operand<"i32">,
    body: () => void,
  ): void {
    this.set(counter, from);
    const below = this.#compare(counter, to, 0x48);
    const loop = (): void => {
      this.loop((again) => {
        body();
        this.increment(counter, step);
        this.brIf(again, below);
      });
    };
    if (typeof from === "number" && typeof to === "number") {
      if (from < to) loop();
    } else {
      this.if(below, loop);
    }
  }

  /** `body()` exactly `count` (a constant, or an i32 expression) times, counting a local down to 0. */
  repeat(counter: Local<"i32">, count: Operand<"i32">, body: () => void): void {
    if (count === 0) return;
    if (count === 1) return body();
    this.set(counter, count);
    const loop = (): void => {
      this.loop((again) => {
        body();
        this.increment(counter, -1);
        this.brIf(again, counter);
      });
    };
    if (typeof count === "number") loop();
    else this.if(counter, loop);
  }

  /** Leaves a value on the stack as the function's result: the last statement of a function with one. */
  result(value: Expr<ValueType>): void {
    value.write(this.#code);
  }

  /** Traps. */
  unreachable(): void {
    this.#code.byte(0x00);
  }

  /** The code section entry of this function. */
  write(out: ByteWriter): void {
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#localTypes) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const body = new ByteWriter();
    body.unsigned(runs.length);
    for (const { type, count } of runs) {
      body.unsigned(count);
      body.byte(valueTypeCode[type]);
    }
    body.raw(this.#prologue.view());
    body.raw(this.#body.view());
    body.byte(0x0b);
    out.sized(body);
  }

  #compare(a: Local<"i32">, b: Operand<"i32">, opcode: number): Expr<"i32"> {
    const right = operand("i32", b);
    return new Expr("i32", (out) => {
      a.write(out);
      right.write(out);
      out.byte(opcode);
    });
  }

  #nest(opcode: number, body: (label: Label) => void): void {
    this.#code.byte(opcode);
    this.#code.byte(0x40);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#code.byte(0x0b);
  }

  #store(
    address: Operand<"i32">,
    value: Expr<ValueType>,
    opcode: Opcode,
    align: number,
    offset: number,
  ): void {
    operand("i32", address).write(this.#code);
    value.write(this.#code);
    writeOpcode(this.#code, opcode);
    this.#code.byte(align);
    this.#code.unsigned(offset);
  }

  #writeCall(out: ByteWriter, callee: FunctionHandle, args: readonly Argument[]): void {
    invariant(
      args.length === callee.params.length,
      `expected ${callee.params.length} arguments, got ${args.length}`,
    );
    callee.params.forEach((type, i) => {
      const arg = args[i] ?? 0;
      const expr = arg instanceof Expr ? arg : constant(type, arg);
      invariant(expr.type === type, `argument ${i} is ${expr.type}, not ${type}`);
      expr.write(out);
    });
    out.byte(0x10);
    out.unsigned(callee.index);
  }
}
