import { i32, type Expr, type FunctionBuilder, type Local } from "../assembler/index.ts";
import type { LoopPlan } from "./plan.ts";

/** Elements that a round of the vectorised loop handles: `copies` vectors of `lanes` lanes. */
export interface Round {
  readonly copies: number;
  readonly lanes: number;
}

/** An address that moves with the loops: a base parameter and a stride in bytes for each loop of the nest. */
interface Stream {
  readonly strides: readonly number[];
  /** The address as of each loop depth: entry 0 before the first loop, entry `l + 1` inside loop `l`. */
  readonly at: Local<"i32">[];
}

/** Something to do after every so many rounds of a loop, and at its end. */
export interface Flush {
  readonly rounds: number;
  readonly action: () => void;
}

/** Opens the loops of a nest, and keeps their counters and the moving addresses. */
export class LoopNest {
  readonly #fn: FunctionBuilder;
  readonly #plan: LoopPlan;
  readonly #streams = new Map<string, Stream>();
  readonly #counters: Local<"i32">[];
  readonly #share: { readonly tid: Local<"i32">; readonly threads: Local<"i32"> };

  constructor(fn: FunctionBuilder, plan: LoopPlan, share: { tid: Local<"i32">; threads: Local<"i32"> }) {
    this.#fn = fn;
    this.#plan = plan;
    this.#share = share;
    this.#counters = plan.loops.map(() => fn.local("i32"));
  }

  /** The counter of a loop. */
  counter(loop: number): Local<"i32"> {
    const counter = this.#counters[loop];
    if (counter === undefined) throw new RangeError(`no loop ${loop}`);
    return counter;
  }

  /** Registers an address; call before the loops are opened. Returns the key to read it by. */
  stream(base: Local<"i32">, dimStrides: readonly number[], bytes: number): string {
    const strides = this.#plan.loops.map(({ dim }) => (dimStrides[dim] ?? 0) * bytes);
    const key = `${base.index}:${strides.join()}`;
    if (!this.#streams.has(key)) {
      const at: Local<"i32">[] = [base];
      strides.forEach((stride, l) => at.push(stride === 0 ? (at[l] ?? base) : this.#fn.local("i32")));
      this.#streams.set(key, { strides, at });
    }
    return key;
  }

  /** The present address of a stream, inside `depth` loops. */
  address(key: string, depth: number): Local<"i32"> {
    const local = this.#streams.get(key)?.at[depth];
    if (local === undefined) throw new RangeError(`no stream ${key}`);
    return local;
  }

  /** `offset + Σ counter·stride` over the loops but `except`. */
  position(dimStrides: readonly number[], offset: number, except: number): Expr<"i32"> {
    let sum: Expr<"i32"> | null = null;
    this.#plan.loops.forEach(({ dim }, l) => {
      const stride = dimStrides[dim] ?? 0;
      if (stride === 0 || l === except) return;
      const term = stride === 1 ? this.counter(l) : i32.mul(this.counter(l), stride);
      sum = sum === null ? term : i32.add(sum, term);
    });
    return sum === null ? i32.const(offset) : offset === 0 ? sum : i32.add(sum, offset);
  }

  /** Opens loop `l`; `body` gets the vectors that one round covers (one lane each, if the loop is not vectorised). */
  open(l: number, body: (round: Round) => void, flush?: Flush): void {
    const { loops, vector, parallel, width, unroll } = this.#plan;
    const size = loops[l]?.size ?? 0;
    const counter = this.counter(l);
    const grain = l === vector ? width * unroll : 1;
    const end: Local<"i32"> | number = l === parallel ? this.#fn.local("i32") : size;
    if (typeof end !== "number") this.#splitShare(counter, end, size, grain);
    else this.#fn.set(counter, 0);
    this.#enter(l, typeof end !== "number");
    if (l !== vector) return this.#repeat(l, end, 1, 0, size, () => body({ copies: 1, lanes: 1 }), flush);
    const whole = unroll > 1 ? Math.floor(size / grain) * grain : 0;
    if (unroll > 1)
      this.#repeat(l, end, grain, 0, whole, () => body({ copies: unroll, lanes: width }), flush);
    const single = Math.floor((size - whole) / width) * width;
    this.#repeat(l, end, width, whole, single, () => body({ copies: 1, lanes: width }), flush);
    const rest = size - whole - single;
    if (rest === 0) return;
    this.#fn.if(typeof end === "number" ? 1 : i32.ltS(counter, end), () => body({ copies: 1, lanes: rest }));
    flush?.action();
  }

  /** This thread's part of `size`, in multiples of `grain`. */
  #splitShare(counter: Local<"i32">, end: Local<"i32">, size: number, grain: number): void {
    const { tid, threads } = this.#share;
    const units = Math.ceil(size / grain);
    const bound = (t: Expr<"i32">): Expr<"i32"> => i32.mul(i32.divU(i32.mul(t, units), threads), grain);
    this.#fn.set(counter, bound(tid));
    this.#fn.set(end, bound(i32.add(tid, 1)));
    this.#fn.if(i32.gtS(end, size), () => this.#fn.set(end, size));
  }

  #enter(l: number, isOffset: boolean): void {
    for (const { strides, at } of this.#streams.values()) {
      const [stride, local, outer] = [strides[l] ?? 0, at[l + 1], at[l]];
      if (stride === 0 || local === undefined || outer === undefined) continue;
      this.#fn.set(local, isOffset ? i32.add(outer, i32.mul(this.counter(l), stride)) : outer);
    }
  }

  #advance(l: number, step: number): void {
    this.#fn.increment(this.counter(l), step);
    for (const { strides, at } of this.#streams.values()) {
      const [stride, local] = [strides[l] ?? 0, at[l + 1]];
      if (stride !== 0 && local !== undefined) this.#fn.increment(local, stride * step);
    }
  }

  /** Rounds of `step` while a whole one fits below `end`; where the whole range is this loop's, `total` from `from`. */
  #repeat(
    l: number,
    end: Local<"i32"> | number,
    step: number,
    from: number,
    total: number,
    body: () => void,
    flush?: Flush,
  ): void {
    if (total <= 0) return;
    const counter = this.counter(l);
    const round = (): void => {
      body();
      this.#advance(l, step);
    };
    if (flush !== undefined) return this.#repeatFlushed(l, step, from, total, round, flush);
    if (typeof end !== "number") this.#fn.while(i32.leS(counter, i32.sub(end, step)), round);
    else if (total === step) round();
    else this.#fn.doWhile(round, i32.ltS(counter, from + total));
  }

  /** The same in stretches of so many rounds, each followed by the flush. */
  #repeatFlushed(
    l: number,
    step: number,
    from: number,
    total: number,
    round: () => void,
    flush: Flush,
  ): void {
    const counter = this.counter(l);
    const stretch = flush.rounds * step;
    const whole = Math.floor(total / stretch) * stretch;
    const limit = this.#fn.local("i32");
    const rounds = (end: Local<"i32"> | number): void => {
      this.#fn.doWhile(round, i32.ltS(counter, end));
      flush.action();
    };
    if (whole > 0) {
      this.#fn.set(limit, from);
      this.#fn.doWhile(
        () => {
          this.#fn.increment(limit, stretch);
          rounds(limit);
        },
        i32.ltS(counter, from + whole),
      );
    }
    if (total > whole) rounds(from + total);
  }
}
