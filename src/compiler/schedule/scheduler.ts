import type { LiteralParams } from "../../ir/primitives/literal.ts";
import type { PadParams } from "../../ir/primitives/pad.ts";
import type { ConcatParams } from "../../ir/primitives/concat.ts";
import type { TransposeParams } from "../../ir/primitives/transpose.ts";
import type { ReduceParams } from "../../ir/reduction.ts";
import type { Equation, Program, Var } from "../../ir/program.ts";
import type { ScalarId } from "../../ir/scalar.ts";
import { sizeOf, stridesOf } from "../../ir/shape.ts";
import { invariant } from "../../util/errors.ts";
import { Cluster, type Domain, failed, plainDomain, reduceDomain, splitLoop } from "./cluster.ts";
import type { Entry } from "./entries.ts";
import { fitOf, hasRoom, isWorthSharing, isWorthStage, joinReduction } from "./joining.ts";
import { dilationParts } from "./dilation.ts";
import { parametersFirst } from "./order.ts";
import { denseOperand, operandOf } from "./operands.ts";
import { inPlacePrimitives } from "../kernel-ir/kernel-ir.ts";
import type { FullParams } from "../../ir/primitives/full.ts";
import { analyse, type Analysis, behindRenames, takesEpilogue } from "./roots.ts";
import { type Piece, type Place, Root, type Values, definitionOf, definitions } from "./values.ts";
import { isRename } from "./views.ts";

/** Adds the entry of a control-flow equation to the scheduler. */
export type PlaceControl = (scheduler: Scheduler, equation: Equation) => void;

/** Nested loops of a kernel; beyond this, views are stored instead of splitting more. */
const mostLoops = 8;
/** How many earlier loops of the same size are tried for sharing. */
const siblingsTried = 3;

/**
 * Forms kernels from a program's equations, in order.
 *
 * Every value that is to be stored joins the kernel that computes the last of its inputs where the loops fit, else a
 * later one over as many elements, else it opens a new one at the end. Inputs always lie in earlier kernels (or in
 * the same one, at the same element), so the order stays valid without a search for cycles.
 */
export class Scheduler implements Values {
  readonly program: Program;
  readonly analysis: Analysis;
  readonly entries: Entry[] = [];
  /** Loops around this program, for the bodies of `scan`. */
  readonly depth: number;
  readonly #definitions: Map<Var, Equation>;
  readonly #roots = new Map<Var, Root>();
  readonly #siblings = new Map<number, Cluster[]>();
  readonly #placeControl: PlaceControl;
  readonly #late: ReadonlySet<Var>;

  /** `late`: values that are stored no earlier than their place in the program. */
  constructor(
    program: Program,
    placeControl: PlaceControl,
    depth = 0,
    late: ReadonlySet<Var> = new Set<Var>(),
  ) {
    this.program = program;
    this.depth = depth;
    this.#late = late;
    this.#definitions = definitions(program.equations);
    this.analysis = analyse(program, this.#definitions);
    this.#placeControl = placeControl;
  }

  rootOf(value: Var): Root | null {
    const known = this.#roots.get(value);
    if (known !== undefined) return known;
    return this.#roots.get(this.behind(value)) ?? null;
  }

  behind(value: Var): Var {
    return behindRenames(value, this.#definitions);
  }

  equationOf(value: Var): Equation {
    return definitionOf(this.#definitions, value);
  }

  get nextPosition(): number {
    return this.entries.length;
  }

  bind(value: Var, root: Root): void {
    this.#roots.set(value, root);
  }

  /** A value that is in memory before the program begins. */
  bindPlace(value: Var, place: Place): Root {
    const root = new Root(value, -1, null);
    root.place = place;
    this.bind(value, root);
    return root;
  }

  placeEquations(): void {
    const { updates } = this.program;
    const deferred = new Set(
      updates.filter((value) => value !== null && this.analysis.uses.get(value) === 1),
    );
    for (const equation of parametersFirst(this.program)) {
      const { kind } = equation.primitive.lowering;
      if (kind === "reduce") this.#placeReduction(equation);
      else if (kind === "structured") this.#placeStructured(equation);
      else if (kind === "control") this.#placeControl(this, equation);
      else {
        // New values of state come last, when everything that reads the old ones has its place.
        for (const value of equation.outputs)
          if (this.analysis.stored.has(value) && !deferred.has(value)) this.store(value);
      }
    }
    this.#placeDeferred(deferred);
  }

  /** Stores new values of state no earlier than the last reader of the old one, so that they can replace it. */
  #placeDeferred(deferred: ReadonlySet<Var | null>): void {
    const readers = lastReaders(this.entries);
    this.program.updates.forEach((value, i) => {
      const old = this.program.state[i];
      if (value === null || old === undefined || !deferred.has(value)) return;
      const oldRoot = this.rootOf(old);
      const { cluster } = this.store(value, (oldRoot && readers.get(oldRoot)) ?? 0);
      if (cluster instanceof Cluster) noteReads(readers, cluster);
    });
  }

  /** Makes a value available in memory, or in the loops that compute it. */
  store(value: Var, notBefore = 0): Root {
    const known = this.rootOf(value);
    if (known !== null) return known;
    const earliest = this.#late.has(value) ? this.nextPosition : notBefore;
    const equation = this.equationOf(value);
    if (isRename(equation)) {
      const input = equation.inputs[equation.outputs.indexOf(value)];
      invariant(input !== undefined, "a view has no input");
      return this.store(input);
    }
    if (equation.primitive.name === "literal") return this.#placeLiteral(value, equation);
    if (equation.primitive.name === "concat") return this.#placeConcat(value, equation);
    if (equation.primitive.name === "pad") {
      const params = equation.params as PadParams; // SAFETY: the parameters of the primitive `pad`
      if (params.interior.some((n) => n > 0)) return this.#placeDilation(value, equation);
    }
    return this.#placeTransposed(value, equation, earliest) ?? this.#placeLoops(value, earliest);
  }

  /** A product that is read only with its axes in another order is stored in that order at once. */
  #placeTransposed(value: Var, equation: Equation, earliest: number): Root | null {
    const [input] = equation.inputs;
    if (equation.primitive.name !== "transpose" || input === undefined) return null;
    const product = this.rootOf(input);
    const cluster = product?.cluster;
    if (!(cluster instanceof Cluster) || cluster.product === null || cluster.position < earliest) return null;
    if (this.analysis.uses.get(this.behind(input)) !== this.analysis.uses.get(value)) return null;
    const node = cluster.evaluate(input, cluster.elementIndex());
    if (node === failed || !hasRoom(cluster)) return null;
    const { perm } = equation.params as TransposeParams; // SAFETY: the parameters of `transpose`
    const dense = stridesOf(value.shape);
    const root = new Root(value, cluster.position, cluster);
    const strides = input.shape.map((_, axis) => dense[perm.indexOf(axis)] ?? 0);
    if (!cluster.storePiece({ value: input, root, offset: 0, strides }, cluster.elementIndex(), node, true))
      return null;
    this.bind(value, root);
    return root;
  }

  #placeLiteral(value: Var, equation: Equation): Root {
    const { data } = equation.params as LiteralParams; // SAFETY: the parameters of the primitive `literal`
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const buffer = {
      dtype: value.dtype,
      size: sizeOf(value.shape),
      home: { kind: "constant", bytes },
      id: null,
    } as const;
    return this.bindPlace(value, { buffer: { ...buffer, id: null }, offset: 0, loopStrides: [] });
  }

  /** Evaluates a value in loops of its own, storing first what cannot be computed there. */
  #evaluateFresh(value: Var): { cluster: Cluster; node: ScalarId } {
    return this.#evaluateIn(plainDomain(value.shape), (cluster) =>
      cluster.evaluate(value, cluster.elementIndex()),
    );
  }

  /** Evaluates something in new loops; loops are split, and values stored, where that is what it takes. */
  #evaluateIn(first: Domain, evaluate: (cluster: Cluster) => ScalarId): { cluster: Cluster; node: ScalarId } {
    let domain = first;
    for (;;) {
      const cluster = new Cluster(this, domain);
      const node = evaluate(cluster);
      if (node !== failed) return { cluster, node };
      const { failure } = cluster;
      invariant(failure.kind === "materialise", "a value is needed before it is computed");
      const isSplit = failure.obstacle !== null && domain.shape.length < mostLoops;
      if (isSplit && failure.obstacle !== null) domain = splitLoop(domain, failure.obstacle);
      else this.store(failure.value);
    }
  }

  /** Clusters that could also compute what `fresh` does: the one with its last input, then others of its size. */
  #candidates(fresh: Cluster, size: number): Cluster[] {
    const last = lastInput(fresh);
    const producer = last < 0 ? null : (this.entries[last]?.cluster ?? null);
    const found = producer === null || !hasRoom(producer) ? [] : [producer];
    for (const sibling of this.#siblings.get(size) ?? []) {
      if (sibling === producer || sibling.position < last || !hasRoom(sibling)) continue;
      if (isWorthSharing(sibling, fresh)) found.push(sibling);
    }
    return found;
  }

  addEntry(entry: Entry): number {
    this.entries.push(entry);
    if (entry.cluster !== null) entry.cluster.position = this.entries.length - 1;
    return this.entries.length - 1;
  }

  #addCluster(cluster: Cluster): void {
    this.addEntry({ cluster, structured: null, control: null });
    const size = cluster.outerSize * cluster.innerSize;
    const siblings = this.#siblings.get(size) ?? [];
    siblings.unshift(cluster);
    siblings.length = Math.min(siblings.length, siblingsTried);
    this.#siblings.set(size, siblings);
  }

  #placeLoops(value: Var, earliest: number): Root {
    const { cluster: fresh, node } = this.#evaluateFresh(value);
    for (const cluster of this.#candidates(fresh, sizeOf(value.shape))) {
      const fit = cluster.position < earliest ? null : fitOf(cluster, sizeOf(value.shape));
      const joined = fit === null ? failed : cluster.evaluate(value, fit.index);
      if (fit === null || joined === failed || (fit.perElement && !isWorthStage(cluster, joined))) continue;
      const root = new Root(value, cluster.position, cluster);
      cluster.storeRoot(root, fit.index, joined, fit.perElement);
      this.bind(value, root);
      return root;
    }
    this.#addCluster(fresh);
    const root = new Root(value, fresh.position, fresh);
    fresh.storeRoot(root, fresh.elementIndex(), node, true);
    this.bind(value, root);
    return root;
  }

  /** Writes a value into part of an array, not before entry `earliest`. */
  placePiece(piece: Piece, earliest = 0): number {
    const { cluster: fresh, node } = this.#evaluateFresh(piece.value);
    for (const cluster of this.#candidates(fresh, sizeOf(piece.value.shape))) {
      const fit = cluster.position < earliest ? null : fitOf(cluster, sizeOf(piece.value.shape));
      const joined = fit === null ? failed : cluster.evaluate(piece.value, fit.index);
      if (fit === null || joined === failed || (fit.perElement && !isWorthStage(cluster, joined))) continue;
      if (cluster.storePiece(piece, fit.index, joined, fit.perElement)) return cluster.position;
    }
    this.#addCluster(fresh);
    invariant(
      fresh.storePiece(piece, fresh.elementIndex(), node, true),
      "an array does not have its own axes",
    );
    return fresh.position;
  }

  /** A result that several pieces make up; it is complete when the last one is. */
  placePieces(value: Var, pieces: (root: Root) => readonly Piece[], isOrdered: boolean): Root {
    const target = new Root(value, -1, null);
    let last = -1;
    for (const piece of pieces(target))
      last = Math.max(last, this.placePiece(piece, isOrdered ? last + 1 : 0));
    // Seen by readers, the array is that of its last piece; nothing joins the loops of a piece to read another one.
    const root = new Root(value, last, null, { root: target, offset: 0, loopStrides: [] });
    this.bind(value, root);
    return root;
  }

  #placeConcat(value: Var, equation: Equation): Root {
    const { axis } = equation.params as ConcatParams; // SAFETY: the parameters of the primitive `concat`
    const strides = stridesOf(value.shape);
    return this.placePieces(
      value,
      (root) => {
        let at = 0;
        return equation.inputs.map((input) => {
          const offset = at * (strides[axis] ?? 1);
          at += input.shape[axis] ?? 0;
          return { value: input, root, offset, strides };
        });
      },
      false,
    );
  }

  /** Padding between elements: everything is filled, then the elements are written over it. */
  #placeDilation(value: Var, equation: Equation): Root {
    const { fill, inside, equations, offset, strides } = dilationParts(value, equation);
    for (const part of equations) for (const output of part.outputs) this.#definitions.set(output, part);
    return this.placePieces(
      value,
      (root) => [
        { value: fill, root, offset: 0, strides: stridesOf(value.shape) },
        { value: inside, root, offset, strides },
      ],
      true,
    );
  }

  #placeReduction(equation: Equation): void {
    const [input] = equation.inputs;
    const [output] = equation.outputs;
    if (input === undefined || output === undefined) return;
    const { axes } = equation.params as ReduceParams; // SAFETY: the parameters of the reductions
    const { cluster: fresh, node } = this.#reduceFresh(equation, input, axes);
    for (const cluster of this.#candidates(fresh, sizeOf(input.shape))) {
      const joined = joinReduction(cluster, equation, axes);
      if (joined === null) continue;
      this.#storeRow(cluster, output, joined);
      return;
    }
    this.#addCluster(fresh);
    this.#storeRow(fresh, output, node);
  }

  #storeRow(cluster: Cluster, output: Var, node: ScalarId): void {
    const root = new Root(output, cluster.position, cluster);
    cluster.storeRoot(root, cluster.rowIndex(), node, false);
    this.bind(output, root);
  }

  #reduceFresh(
    equation: Equation,
    input: Var,
    axes: readonly number[],
  ): { cluster: Cluster; node: ScalarId } {
    return this.#evaluateIn(reduceDomain(input.shape, axes), (cluster) => cluster.reduce(equation));
  }

  /** Whether an equation that changes its first input begins with a constant, which it may as well have to itself. */
  #isFilling(equation: Equation, input: Var): boolean {
    const definition = this.#definitions.get(this.behind(input));
    return inPlacePrimitives.has(equation.primitive.name) && definition?.primitive.name === "full";
  }

  /** A copy of a value that nothing else reads. */
  #placeUnshared(value: Var): Root {
    const cluster = new Cluster(this, plainDomain(value.shape));
    const { params } = this.equationOf(this.behind(value));
    const { value: constant, dtype } = params as FullParams; // SAFETY: the parameters of `full`
    this.#addCluster(cluster);
    const root = new Root(value, cluster.position, cluster);
    cluster.storeRoot(root, cluster.elementIndex(), cluster.scalars.const(constant, dtype), true);
    return root;
  }

  #placeStructured(equation: Equation): void {
    const store = (value: Var): void => void this.store(value);
    const operands = equation.inputs.map((input, i) =>
      i === 0 && this.#isFilling(equation, input)
        ? denseOperand(this.#placeUnshared(input))
        : operandOf(equation, input, this, store),
    );
    const position = this.nextPosition;
    const [output] = equation.outputs;
    const hasEpilogue = takesEpilogue(equation) && output !== undefined;
    const cluster = hasEpilogue ? new Cluster(this, plainDomain(output.shape), equation) : null;
    const results = equation.outputs.map((value) => new Root(value, position, cluster));
    this.addEntry({ cluster, structured: { equation, operands, results }, control: null });
    results.forEach((root) => this.bind(root.value, root));
    const [root] = results;
    if (cluster === null || root === undefined) return;
    const product = cluster.leaf({ kind: "product" }, "product", root.value.dtype);
    cluster.storeRoot(root, cluster.elementIndex(), product, true);
  }
}

/** The last entry that reads each array which is there from the beginning. */
function lastReaders(entries: readonly Entry[]): Map<Root, number> {
  const readers = new Map<Root, number>();
  entries.forEach(({ cluster, structured, control }, position) => {
    control?.reads.forEach((root) => readers.set(root, position));
    structured?.operands.forEach(({ root }) => readers.set(root, position));
    if (cluster !== null) noteReads(readers, cluster);
  });
  return readers;
}

function noteReads(readers: Map<Root, number>, cluster: Cluster): void {
  for (const leaf of cluster.leaves) {
    if (leaf.kind === "load" && leaf.root.position < 0)
      readers.set(leaf.root, Math.max(cluster.position, readers.get(leaf.root) ?? 0));
  }
}

/** Number of the entry that computes the last of a cluster's inputs. */
function lastInput(cluster: Cluster): number {
  let last = -1;
  for (const leaf of cluster.leaves) if (leaf.kind === "load") last = Math.max(last, leaf.root.position);
  return last;
}
