import type { Access, Guard, KernelNode, NodeId } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf, isFloat, type DType } from "../../../ir/dtypes.ts";
import { invariant } from "../../../util/errors.ts";
import { i32, i32x4, select, v128, type Expr, type FunctionBuilder, type Local } from "../assembler/index.ts";
import { convertLanes, selectLanes } from "../math/convert.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import type { Scope, Vector, VectorExpr } from "../math/scope.ts";
import {
  displaced,
  loadLanes,
  loadSplat,
  loadVector,
  safeAddress,
  storeLanes,
  storeVector,
} from "./memory.ts";
import { LoopNest, type Round } from "./nest.ts";
import { ancestors, type LoopPlan, type NodeInfo, reducedIn } from "./plan.ts";
import { accumulate, addExactly, combineLanes, identityOf } from "./reduction.ts";

type LoadNode = Extract<KernelNode, { readonly kind: "load" }>;
type ReduceNode = Extract<KernelNode, { readonly kind: "reduce" }>;

interface Reduction {
  readonly id: NodeId;
  readonly node: ReduceNode;
}

/** The sum of a part, and what rounding the sum of the parts lost. */
interface PartialSum {
  readonly dtype: DType;
  readonly partial: Vector;
  readonly lost: Vector;
}

/** Rounds of a loop after which a sum is long, and of the short sums that it is made of. */
const longSum = 127;
const shortSum = 64;

/** Writes the function of one loop kernel. */
export class LoopEmitter {
  readonly #s: Scope;
  readonly #fn: FunctionBuilder;
  readonly #plan: LoopPlan;
  readonly #nest: LoopNest;
  /** The base parameter of each access, by its place among loads and stores. */
  readonly #base: (access: Access) => Local<"i32">;
  readonly #values: Vector[][] = [];

  constructor(
    s: Scope,
    plan: LoopPlan,
    base: (access: Access) => Local<"i32">,
    share: { tid: Local<"i32">; threads: Local<"i32"> },
  ) {
    this.#s = s;
    this.#fn = s.fn;
    this.#plan = plan;
    this.#base = base;
    this.#nest = new LoopNest(s.fn, plan, share);
  }

  emit(): void {
    const { kernel } = this.#plan;
    if ([...kernel.outer].includes(0)) return;
    for (const node of kernel.nodes) if (node.kind === "load") this.#stream(node.access, node.dtype);
    kernel.stores.forEach((store) => this.#stream(store.access, this.#dtype(store.value)));
    this.#compute(this.#outerNodes(-1, 0), { copies: 1, lanes: 1 }, 0);
    this.#outer(0, { copies: 1, lanes: 1 });
  }

  #dtype(id: NodeId): DType {
    return this.#plan.nodes[id]?.node.dtype ?? "float32";
  }

  #stream(access: Access, dtype: DType): string {
    return this.#nest.stream(this.#base(access), access.strides, bytesOf(dtype));
  }

  /** Opens the outer loops from `l` on, then runs the passes over the inner ones. */
  #outer(l: number, round: Round): void {
    if (l === this.#plan.outerCount) return this.#passes(round);
    this.#nest.open(l, (inside) => {
      const here = l === this.#plan.vector ? inside : round;
      this.#compute(this.#outerNodes(l, 0), here, l + 1);
      this.#outer(l + 1, here);
    });
  }

  #passes(round: Round): void {
    const { passes, outerCount, kernel, nodes, storePass } = this.#plan;
    for (let pass = 0; pass < passes; pass++) {
      if (pass > 0) this.#compute(this.#finishedNodes(pass), round, outerCount);
      this.#pass(pass, round);
    }
    if (passes > 0) this.#compute(this.#finishedNodes(passes), round, outerCount);
    kernel.stores.forEach((store, i) => {
      if (storePass[i] === null) this.#store(i, round, outerCount, nodes[store.value]);
    });
  }

  /** One pass over the inner loops: its reductions, and the stores that belong to it. */
  #pass(pass: number, round: Round): void {
    const { nodes, kernel, storePass, vector, outerCount, loops } = this.#plan;
    const reductions = nodes.flatMap(({ node, depth }, id) =>
      node.kind === "reduce" && depth === pass + 1 ? [{ id, node }] : [],
    );
    const stores = storePass.flatMap((at, i) => (at === pass ? [i] : []));
    if (reductions.length + stores.length === 0) return;
    const vectorInside = vector >= outerCount;
    const copiesOf = ({ value }: ReduceNode): number =>
      vectorInside ? this.#plan.unroll : this.#isVector(nodes[value]) ? round.copies : 1;
    for (const { id, node } of reductions) {
      for (let u = 0; u < copiesOf(node); u++) this.#fn.set(this.#value(id, u), identityOf(this.#s, node));
    }
    const needed = ancestors(nodes, [
      ...reducedIn(nodes, pass),
      ...stores.map((i) => kernel.stores[i]?.value ?? 0),
    ]);
    const partials = this.#partialSums(reductions, copiesOf);
    const action = (): void => {
      for (const [total, { dtype, partial, lost }] of partials) {
        this.#s.temporaries(() => addExactly(this.#s, total, partial, lost, dtype));
        this.#fn.set(partial, this.#s.constant(0, dtype));
      }
    };
    const flush = partials.size > 0 ? { rounds: shortSum, action } : undefined;
    const inner = (l: number, current: Round): void => {
      if (l < loops.length) {
        const body = (inside: Round): void => {
          const here = l === vector ? inside : current;
          const level = nodes.flatMap((info, id) =>
            needed.has(id) && info.dependsOnInner && deepest(info.loops) === l ? [id] : [],
          );
          this.#compute(level, here, l + 1);
          inner(l + 1, here);
        };
        return this.#nest.open(l, body, l === loops.length - 1 ? flush : undefined);
      }
      const masked = vectorInside && current.lanes < this.#plan.width ? current.lanes : null;
      const into = (total: Vector): Vector => partials.get(total)?.partial ?? total;
      for (const { id, node } of reductions) {
        const copies = vectorInside ? current.copies : copiesOf(node);
        for (let u = 0; u < copies; u++) {
          this.#s.temporaries(() =>
            accumulate(this.#s, node, into(this.#value(id, u)), this.#read(node.value, u), masked),
          );
        }
      }
      for (const i of stores) this.#store(i, current, l, nodes[kernel.stores[i]?.value ?? 0]);
    };
    inner(outerCount, round);
    for (const [total, { dtype, lost }] of partials) {
      const context = { dtype, from: dtype, constant: undefined };
      this.#fn.set(total, scalarEmitters.add(this.#s, [total, lost], context));
    }
    for (const { id, node } of reductions) {
      if (!vectorInside) continue;
      const parts = Array.from({ length: copiesOf(node) }, (_, u) => this.#value(id, u));
      this.#s.temporaries(() => combineLanes(this.#s, node, parts, this.#plan.width));
    }
  }

  /**
   * Sums of the innermost loop's parts, by the totals that they belong to: long sums are made of short ones, which are
   * added with what rounding loses kept aside (Kahan, Neumaier).
   */
  #partialSums(
    reductions: readonly Reduction[],
    copiesOf: (node: ReduceNode) => number,
  ): ReadonlyMap<Vector, PartialSum> {
    const partials = new Map<Vector, PartialSum>();
    const { loops, vector, outerCount, width, unroll } = this.#plan;
    const innermost = loops.at(-1);
    const lanes = vector >= outerCount ? width * unroll : 1;
    if (innermost?.isInner !== true || innermost.size <= longSum * lanes) return partials;
    for (const { id, node } of reductions) {
      if (node.combine !== "add" || !isFloat(node.dtype)) continue;
      for (let u = 0; u < copiesOf(node); u++) {
        const zero = this.#s.constant(0, node.dtype);
        const [partial, lost] = [this.#fn.local("v128", zero), this.#fn.local("v128", zero)];
        partials.set(this.#value(id, u), { dtype: node.dtype, partial, lost });
      }
    }
    return partials;
  }

  /** Values without inner dependence or reductions behind them, that are computed on entering loop `l`. */
  #outerNodes(l: number, depth: number): NodeId[] {
    return this.#plan.nodes.flatMap((info, id) =>
      !info.dependsOnInner && info.depth === depth && info.node.kind !== "reduce" && deepest(info.loops) === l
        ? [id]
        : [],
    );
  }

  /** Values for each outer index that have become computable after `depth` passes. */
  #finishedNodes(depth: number): NodeId[] {
    return this.#plan.nodes.flatMap((info, id) =>
      !info.dependsOnInner && info.depth === depth && info.node.kind !== "reduce" ? [id] : [],
    );
  }

  #isVector(info: NodeInfo | undefined): boolean {
    return info !== undefined && ((info.loops >> this.#plan.vector) & 1) === 1;
  }

  /** The local of a value; values that do not change along the vectorised loop have one for all copies. */
  #value(id: NodeId, copy: number): Vector {
    const locals = (this.#values[id] ??= []);
    return (locals[copy] ??= this.#fn.local("v128"));
  }

  #read(id: NodeId, copy: number): Vector {
    const info = this.#plan.nodes[id];
    if (info?.node.kind === "const") return this.#s.constant(info.node.value, info.node.dtype);
    return this.#value(id, this.#isVector(info) ? copy : 0);
  }

  /** Computes values, copy by copy, inside `depth` loops. */
  #compute(ids: readonly NodeId[], round: Round, depth: number): void {
    for (let copy = 0; copy < round.copies; copy++) {
      for (const id of ids) {
        const info = this.#plan.nodes[id];
        if (info === undefined || info.node.kind === "const" || info.node.kind === "reduce") continue;
        if (copy > 0 && !this.#isVector(info)) continue;
        this.#s.temporaries(() => {
          this.#fn.set(this.#value(id, copy), this.#expression(info, copy, round, depth));
        });
      }
    }
  }

  #expression(info: NodeInfo, copy: number, round: Round, depth: number): VectorExpr {
    const { node } = info;
    switch (node.kind) {
      case "load":
        return this.#load(node, this.#isVector(info), copy, round, depth);
      case "index":
        return this.#index(node, copy);
      case "op": {
        const last = node.args.at(-1) ?? 0;
        const source = this.#plan.nodes[last]?.node;
        const constant = source?.kind === "const" ? source.value : undefined;
        const context = { dtype: node.dtype, from: this.#dtype(last), constant };
        const args = node.args.map((arg) => this.#read(arg, copy));
        return scalarEmitters[node.op](this.#s, args, context);
      }
      case "const":
      case "reduce":
        invariant(false, "constants and reductions are not computed here");
    }
  }

  /** `0, 1, 2, 3` times a stride, for the lanes of a vector. */
  #ramp(stride: number): Vector {
    const lanes = Int32Array.from({ length: 4 }, (_, lane) => lane * stride);
    return this.#s.bytes(new Uint8Array(lanes.buffer));
  }

  /** A linear position in all lanes, as 32-bit integers. */
  #lanePositions(strides: readonly number[], offset: number, copy: number): VectorExpr {
    const stride = strides[this.#plan.loops[this.#plan.vector]?.dim ?? 0] ?? 0;
    const base = this.#nest.position(strides, offset + copy * this.#plan.width * stride, -1);
    const splat = i32x4.splat(base);
    return stride === 0 ? splat : i32x4.add(splat, this.#ramp(stride));
  }

  #index(node: Extract<KernelNode, { kind: "index" }>, copy: number): VectorExpr {
    const lanes = this.#s.temp(this.#lanePositions(node.strides, node.offset, copy));
    return convertLanes(this.#s, lanes, "int32", node.dtype);
  }

  #load(node: LoadNode, isVector: boolean, copy: number, round: Round, depth: number): VectorExpr {
    const { width, loops, vector } = this.#plan;
    const { access, dtype, guards = [] } = node;
    const bytes = bytesOf(dtype);
    const stride = access.strides[loops[vector]?.dim ?? 0] ?? 0;
    const address = this.#nest.address(this.#stream(access, dtype), depth);
    const offset = copy * width * stride * bytes;
    if (guards.length > 0) return this.#guardedLoad(node, address, stride, copy, round, isVector);
    if (stride === 0) return loadSplat(this.#s, address, dtype);
    if (stride === 1) return loadVector(this.#s, address, offset, dtype, width);
    return loadLanes(this.#s, this.#laneAddresses(address, offset, stride * bytes, round.lanes), dtype);
  }

  #laneAddresses(address: Expr<"i32">, offset: number, stride: number, lanes: number): Expr<"i32">[] {
    return Array.from({ length: lanes }, (_, lane) => displaced(address, offset + lane * stride));
  }

  /** Reads from a safe address where a guard fails, and picks lane by lane between the element and the other value. */
  #guardedLoad(
    { dtype, guards = [], otherwise = 0 }: LoadNode,
    address: Local<"i32">,
    stride: number,
    copy: number,
    round: Round,
    isVector: boolean,
  ): VectorExpr {
    const s = this.#s;
    const { width, loops, vector } = this.#plan;
    const dim = loops[vector]?.dim ?? 0;
    const masks = guards.map((guard) => s.temp(this.#guardMask(guard, copy, round)));
    const mask = s.temp(
      masks.slice(1).reduce<VectorExpr>((all, next) => v128.and(all, next), masks[0] ?? s.i32(-1)),
    );
    const bytes = bytesOf(dtype);
    const offset = copy * width * stride * bytes;
    const redirect = (a: Expr<"i32">, holds: Expr<"i32">): Expr<"i32"> =>
      select(a, i32.const(safeAddress), holds);
    const otherValue = s.constant(otherwise, dtype);
    const lane0 = i32x4.extractLane(mask, 0);
    if (!isVector || (stride === 0 && guards.every((guard) => (guard.strides[dim] ?? 0) === 0))) {
      return selectLanes(mask, s.temp(loadSplat(s, redirect(address, lane0), dtype)), otherValue, dtype);
    }
    if (stride === 1 || stride === 0) {
      const any = v128.anyTrue(width === 2 ? v128.and(mask, this.#lowLanes()) : mask);
      const from = redirect(displaced(address, offset), any);
      const loaded = stride === 1 ? loadVector(s, from, 0, dtype, width) : loadSplat(s, from, dtype);
      return selectLanes(mask, s.temp(loaded), otherValue, dtype);
    }
    const addresses = this.#laneAddresses(address, offset, stride * bytes, round.lanes).map((a, lane) =>
      redirect(a, i32x4.extractLane(mask, lane)),
    );
    return selectLanes(mask, s.temp(loadLanes(s, addresses, dtype)), otherValue, dtype);
  }

  #lowLanes(): Vector {
    return this.#s.bytes(new Uint8Array(Int32Array.of(-1, -1, 0, 0).buffer));
  }

  /** Lanes in which a guard holds. */
  #guardMask({ offset, strides, limit, step }: Guard, copy: number, round: Round): VectorExpr {
    const s = this.#s;
    const position = s.temp(this.#lanePositions(strides, offset, copy));
    const mask = s.temp(i32x4.ltU(position, s.i32(limit)));
    if (step === undefined || step === 1) return mask;
    const divides = s.temp(s.i32(0));
    for (let lane = 0; lane < Math.max(round.lanes, 1); lane++) {
      const rest = i32.remS(i32x4.extractLane(position, lane), step);
      s.fn.set(divides, i32x4.replaceLane(divides, lane, i32.sub(0, i32.eqz(rest))));
    }
    return v128.and(mask, divides);
  }

  #store(i: number, round: Round, depth: number, info: NodeInfo | undefined): void {
    const { kernel, loops, vector, width, outerCount } = this.#plan;
    const store = kernel.stores[i];
    if (store === undefined) return;
    const dtype = this.#dtype(store.value);
    const stride = store.access.strides[loops[vector]?.dim ?? 0] ?? 0;
    const address = this.#nest.address(this.#stream(store.access, dtype), depth);
    const bytes = bytesOf(dtype);
    const single = stride === 0 && (vector >= outerCount || !this.#isVector(info));
    for (let copy = 0; copy < (single ? 1 : round.copies); copy++) {
      const offset = copy * width * stride * bytes;
      const value = this.#read(store.value, copy);
      this.#s.temporaries(() => {
        if (single) storeVector(this.#s, address, 0, value, dtype, 1);
        else if (stride === 1) storeVector(this.#s, address, offset, value, dtype, round.lanes);
        else
          storeLanes(
            this.#s,
            this.#laneAddresses(address, offset, stride * bytes, round.lanes),
            value,
            dtype,
          );
      });
    }
  }
}

/** The innermost of the loops in a set of bits; −1 for none. */
function deepest(bits: number): number {
  return 31 - Math.clz32(bits);
}
