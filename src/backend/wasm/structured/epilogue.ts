import type {
  Access,
  Epilogue,
  Guard,
  KernelNode,
  StructuredKernel,
} from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf, type DType } from "../../../ir/dtypes.ts";
import { invariant } from "../../../util/errors.ts";
import { i32, i32x4, select, v128, type Expr, type FunctionBuilder, type Local } from "../assembler/index.ts";
import type { Epilogue as KernelEpilogue, EpiloguePosition } from "../kernels/index.ts";
import { convertLanes, selectLanes } from "../math/convert.ts";
import { isWide } from "../math/lanes.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import { Scope, type ModuleScope, type Vector, type VectorExpr } from "../math/scope.ts";
import { loadLanes, loadSplat, loadVector, safeAddress, storeLanes, storeVector } from "../loops/memory.ts";
import { callsHost } from "../loops/plan.ts";
import { denseAccess } from "./epilogue-loop.ts";

/** An epilogue for the structured kernels, with the accesses that its extra parameters stand for. */
export interface FusedEpilogue extends KernelEpilogue {
  readonly bases: readonly Access[];
}

type Node = Epilogue["nodes"][number];

/** A run of output dimensions that the kernel counts with one linear index. */
interface Group {
  readonly sizes: readonly number[];
  readonly first: number;
}

/** Where the epilogue works, with what is known of the row: indices and addresses without the columns' part. */
interface Row extends EpiloguePosition {
  readonly known: Map<string, Local<"i32"> | null>;
}

const scopes = new WeakMap<FunctionBuilder, Scope>();

/** Code for an epilogue, or null where it cannot run on vectors of four 32-bit lanes inside the kernel. */
export function epilogueOf(
  shared: ModuleScope,
  kernel: StructuredKernel,
  epilogue: Epilogue,
): FusedEpilogue | null {
  const [output] = kernel.outputs;
  if (output?.dtype !== "float32" || epilogue.nodes.some((node) => isWide(node.dtype) || callsHost(node)))
    return null;
  return new EpilogueEmitter(shared, epilogue, output.access, output.shape, kernel.primitive === "matmul");
}

class EpilogueEmitter implements FusedEpilogue {
  readonly bases: Access[] = [];
  readonly paramCount: number;
  readonly key: string;
  readonly storesResult: boolean;
  readonly #shared: ModuleScope;
  readonly #epilogue: Epilogue;
  readonly #columns: number;
  readonly #batch: Group;
  readonly #rows: Group;
  /** The store that goes where the kernel stores its result. */
  readonly #ownStore: number;

  constructor(
    shared: ModuleScope,
    epilogue: Epilogue,
    output: Access,
    shape: readonly number[],
    isProduct: boolean,
  ) {
    this.#shared = shared;
    this.#epilogue = epilogue;
    this.#columns = shape.at(-1) ?? 1;
    const split = isProduct ? Math.max(0, shape.length - 2) : 0;
    this.#batch = { sizes: shape.slice(0, split), first: 0 };
    this.#rows = { sizes: shape.slice(split, -1), first: split };
    const own = denseAccess(output, shape);
    this.#ownStore = epilogue.stores.findIndex(
      ({ access }) =>
        access.buffer === own.buffer &&
        access.offset === own.offset &&
        (access.loopStrides?.join() ?? "") === (own.loopStrides?.join() ?? "") &&
        access.strides.every((stride, d) => stride === own.strides[d] || shape[d] === 1),
    );
    this.storesResult = this.#ownStore >= 0;
    for (const node of epilogue.nodes) if (node.kind === "load") this.#number(node.access);
    for (const store of epilogue.stores) this.#number(store.access);
    this.paramCount = this.bases.length;
    const access = (a: Access): unknown => [this.#number(a), a.strides];
    this.key = JSON.stringify(
      [
        shape,
        this.#ownStore,
        epilogue.nodes.map((node) =>
          node.kind === "load" ? { ...node, access: access(node.access) } : node,
        ),
        epilogue.stores.map((store) => [access(store.access), store.value]),
      ],
      (_, value: unknown) =>
        typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
          ? `#${1 / value}${value}`
          : value,
    );
  }

  /** The number of the extra parameter that holds an access's base address. */
  #number(access: Access): number {
    const key = (a: Access): string => `${a.buffer}+${a.offset}+${a.loopStrides?.join() ?? ""}`;
    const known = this.bases.findIndex((base) => key(base) === key(access));
    return known >= 0 ? known : this.bases.push(access) - 1;
  }

  emitRow(
    fn: FunctionBuilder,
    position: EpiloguePosition,
  ): (value: Local<"v128">, lanes: number) => Expr<"v128"> {
    const s = scopes.get(fn) ?? new Scope(fn, this.#shared);
    scopes.set(fn, s);
    const at: Row = { ...position, known: new Map() };
    const { nodes, stores } = this.#epilogue;
    const uniform = new Map(
      nodes.flatMap((node, i) => (this.#isUniform(node) ? [[i, this.#uniform(s, node, at)] as const] : [])),
    );
    this.#prepareRow(s, at);
    return (value, lanes) => {
      const values: Vector[] = [];
      nodes.forEach((node, i) => values.push(uniform.get(i) ?? this.#node(s, node, values, value, at)));
      stores.forEach((store, i) => {
        const stored = values[store.value];
        if (i !== this.#ownStore && stored !== undefined)
          this.#store(s, store.access, stored, nodes[store.value]?.dtype ?? "float32", at, lanes);
      });
      return values[stores[this.#ownStore]?.value ?? -1] ?? value;
    };
  }

  /** Whether a node is one number for the whole result, which no store changes: a learning rate, say. */
  #isUniform(node: Node): node is Extract<Node, { kind: "load" }> {
    return (
      node.kind === "load" &&
      (node.guards ?? []).length === 0 &&
      node.access.strides.every((stride) => stride === 0) &&
      !this.#epilogue.stores.some(({ access }) => access.buffer === node.access.buffer)
    );
  }

  /** Such a number, read when the function starts. */
  #uniform(s: Scope, { access, dtype }: Extract<Node, { kind: "load" }>, at: EpiloguePosition): Vector {
    const local = s.fn.local("v128");
    const base = this.#base(access, at);
    s.temporaries(() => s.fn.prologue(() => s.fn.set(local, loadSplat(s, base, dtype))));
    return local;
  }

  #node(s: Scope, node: Node, values: readonly Vector[], product: Vector, at: Row): Vector {
    if (node.kind === "product") return product;
    if (node.kind === "const") return s.constant(node.value, node.dtype);
    const local = s.fn.local("v128");
    s.temporaries(() => s.fn.set(local, this.#expression(s, node, values, at)));
    return local;
  }

  #expression(s: Scope, node: KernelNode, values: readonly Vector[], at: Row): VectorExpr {
    switch (node.kind) {
      case "load":
        return this.#load(s, node, at);
      case "index": {
        const lanes = s.temp(this.#positions(s, node.strides, node.offset, at));
        return convertLanes(s, lanes, "int32", node.dtype);
      }
      case "op": {
        const last = node.args.at(-1) ?? 0;
        const source = this.#epilogue.nodes[last];
        const args = node.args.flatMap((arg) => values[arg] ?? []);
        const constant = source?.kind === "const" ? source.value : undefined;
        return scalarEmitters[node.op](s, args, {
          dtype: node.dtype,
          from: source?.dtype ?? node.dtype,
          constant,
        });
      }
      case "const":
      case "reduce":
        invariant(false, "an epilogue has no reductions");
    }
  }

  /** `Σ index·stride` over the output's dimensions but the columns; null for 0. */
  #rowPart(strides: readonly number[], at: EpiloguePosition): Expr<"i32"> | null {
    const terms: Expr<"i32">[] = [];
    const group = ({ sizes, first }: Group, index: Expr<"i32">): void => {
      let after = 1;
      const own = strides.slice(first, first + sizes.length);
      // One multiplication where the group's strides are those of a single dimension.
      const isLinear = own.every(
        (stride, d) => d === own.length - 1 || stride === (own[d + 1] ?? 0) * (sizes[d + 1] ?? 1),
      );
      if (isLinear) {
        const stride = own.at(-1) ?? 0;
        if (stride !== 0) terms.push(i32.mul(index, stride));
        return;
      }
      for (let d = sizes.length - 1; d >= 0; d--) {
        const size = sizes[d] ?? 1;
        const quotient = after === 1 ? index : i32.divU(index, after);
        if (size > 1 && own[d] !== 0)
          terms.push(i32.mul(d === 0 ? quotient : i32.remU(quotient, size), own[d] ?? 0));
        after *= size;
      }
    };
    group(this.#batch, at.batch);
    group(this.#rows, at.row);
    return terms.reduce<Expr<"i32"> | null>((sum, term) => (sum === null ? term : i32.add(sum, term)), null);
  }

  /** Puts what is the same along the row into locals. */
  #prepareRow(s: Scope, at: Row): void {
    const { nodes, stores } = this.#epilogue;
    const keep = (key: string, compute: () => Expr<"i32"> | null): void => {
      if (at.known.has(key)) return;
      const value = compute();
      at.known.set(key, value === null ? null : s.fn.local("i32", value));
    };
    const index = ({ strides }: { readonly strides: readonly number[] }): void =>
      keep(this.#indexKey(strides), () => this.#rowPart(strides, at));
    const address = (access: Access, dtype: DType): void =>
      keep(this.#addressKey(access, dtype), () => {
        const part = this.#rowPart(access.strides, at);
        return part === null ? null : i32.add(this.#base(access, at), i32.mul(part, bytesOf(dtype)));
      });
    for (const node of nodes) {
      if (node.kind === "index") index(node);
      if (node.kind !== "load") continue;
      address(node.access, node.dtype);
      node.guards?.forEach(index);
    }
    for (const { access, value } of stores) address(access, nodes[value]?.dtype ?? "float32");
  }

  #indexKey(strides: readonly number[]): string {
    return `index ${strides.join()}`;
  }

  #addressKey(access: Access, dtype: DType): string {
    return `address ${this.#number(access)} ${access.strides.join()} ${bytesOf(dtype)}`;
  }

  /** Index over the output's dimensions, with the first of the four columns. */
  #linear(strides: readonly number[], at: Row): Expr<"i32"> {
    const columnStride = strides.at(-1) ?? 0;
    const row = at.known.get(this.#indexKey(strides)) ?? null;
    if (columnStride === 0) return row ?? i32.const(0);
    const column = columnStride === 1 ? at.column : i32.mul(at.column, columnStride);
    return row === null ? column : i32.add(row, column);
  }

  #positions(s: Scope, strides: readonly number[], offset: number, at: Row): VectorExpr {
    const stride = strides.at(-1) ?? 0;
    const ramp = Int32Array.from({ length: 4 }, (_, lane) => lane * stride + offset);
    return i32x4.add(i32x4.splat(this.#linear(strides, at)), s.bytes(new Uint8Array(ramp.buffer)));
  }

  #base(access: Access, at: EpiloguePosition): Local<"i32"> {
    const base = at.params[this.#number(access)];
    invariant(base !== undefined, "an access without a parameter");
    return base;
  }

  #address(access: Access, dtype: DType, at: Row): Expr<"i32"> {
    const row = at.known.get(this.#addressKey(access, dtype)) ?? this.#base(access, at);
    const columnBytes = (access.strides.at(-1) ?? 0) * bytesOf(dtype);
    return columnBytes === 0 ? row : i32.add(row, i32.mul(at.column, columnBytes));
  }

  #load(
    s: Scope,
    { access, dtype, guards, otherwise = 0 }: Extract<KernelNode, { kind: "load" }>,
    at: Row,
  ): VectorExpr {
    const stride = access.strides.at(-1) ?? 0;
    const mask = guards === undefined || guards.length === 0 ? null : this.#mask(s, guards, at);
    const address = this.#address(access, dtype, at);
    const from = (holds: Expr<"i32">): Expr<"i32"> =>
      mask === null ? address : select(address, i32.const(safeAddress), holds);
    let value: VectorExpr;
    if (stride === 0) value = loadSplat(s, from(v128.anyTrue(mask ?? s.f32(0))), dtype);
    else if (stride === 1) value = loadVector(s, from(v128.anyTrue(mask ?? s.f32(0))), 0, dtype, 4);
    else {
      const base = s.fn.local("i32", address);
      const addresses = [0, 1, 2, 3].map((lane) => {
        // Past the last column there may be no memory.
        const inside = i32.ltS(i32.add(at.column, lane), this.#columns);
        const holds = mask === null ? inside : i32.and(inside, i32x4.extractLane(mask, lane));
        return select(i32.add(base, lane * stride * bytesOf(dtype)), i32.const(safeAddress), holds);
      });
      value = loadLanes(s, addresses, dtype);
    }
    return mask === null ? value : selectLanes(mask, s.temp(value), s.constant(otherwise, dtype), dtype);
  }

  #mask(s: Scope, guards: readonly Guard[], at: Row): Vector {
    const all = s.temp(s.i32(-1));
    for (const { strides, offset, limit, step } of guards) {
      invariant(step === undefined || step === 1, "an epilogue reads without dilation");
      s.fn.set(all, v128.and(all, i32x4.ltU(this.#positions(s, strides, offset, at), s.i32(limit))));
    }
    return all;
  }

  #store(s: Scope, access: Access, value: Vector, dtype: DType, at: Row, lanes: number): void {
    const stride = access.strides.at(-1) ?? 0;
    const base = s.fn.local("i32", this.#address(access, dtype, at));
    s.temporaries(() => {
      if (stride === 1) storeVector(s, base, 0, value, dtype, lanes);
      else
        storeLanes(
          s,
          Array.from({ length: lanes }, (_, lane) => i32.add(base, lane * stride * bytesOf(dtype))),
          value,
          dtype,
        );
    });
  }
}
