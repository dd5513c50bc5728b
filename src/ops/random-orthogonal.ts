import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { sizeOf } from "../ir/shape.ts";
import { keyedDraw, type KeyedDraw, normalOf } from "./random.ts";

/**
 * The matrices T of I − V·T·Vᵀ = H₀·H₁⋯ for the reflections H = I − v·vᵀ along the columns v of V, which have the square 2:
 * T⁻¹ is the identity with the upper triangle of VᵀV (Puglisi 1992).
 *
 * @param v - `[…, rows, columns]`; columns of zeros stand for the identity.
 */
function triangularFactors(v: Var): Var {
  const products = p.matmul(p.swapLastAxes(v), v);
  const { shape } = products;
  const columns = shape.at(-1) ?? 0;
  const row = p.iota(shape, shape.length - 2, "int32");
  const column = p.iota(shape, shape.length - 1, "int32");
  const zero = p.zerosLike(products);
  let t = p.select(p.eq(row, column), p.fullLike(products, 1), zero);
  // Inverts [[A, B], [0, C]] to [[A⁻¹, −A⁻¹·B·C⁻¹], [0, C⁻¹]] for all blocks on the diagonal of 2, 4, 8, … rows at once.
  for (let shift = 0; 2 ** shift < columns; shift++) {
    const halfOf = (at: Var): Var => p.shiftRight(at, p.fullLike(at, shift));
    const isCorner = p.eq(p.xor(halfOf(row), p.fullLike(row, 1)), halfOf(column));
    const corner = p.select(p.and(isCorner, p.lt(row, column)), products, zero);
    t = p.sub(t, p.matmul(p.matmul(t, corner), t));
  }
  return t;
}

/**
 * The first columns of a random orthogonal matrix, all being equally likely: Q of the decomposition of a normal matrix into
 * Q·R, where R has a positive diagonal.
 *
 * Reflecting leaves a normal matrix normal. So the reflections need not be found by decomposing one: they are drawn, each
 * for a normal vector that is one element shorter than the one before (Stewart 1980), and multiplied by blocks.
 *
 * @param rows - At least as many as columns.
 */
function orthogonalOf(key: Var, rows: number, columns: number): Var {
  // The j-th column is a normal vector from its j-th element on.
  const normal = normalOf(key, [rows, columns]);
  const row = p.iota([rows, columns], 0, "int32");
  const column = p.iota([rows, columns], 1, "int32");
  const onDiagonal = p.eq(row, column);
  const zero = p.zerosLike(normal);
  const x = p.select(p.lt(row, column), zero, normal);
  // v = (x + sign(x₀)·|x|·e₀) / √(|x|·(|x| + |x₀|)) takes x to −sign(x₀)·|x|·e₀. Norms in double precision: their errors add up.
  const wide = p.cast(x, "float64");
  const first = p.reduceSum(p.select(onDiagonal, wide, p.zerosLike(wide)), [0]);
  const norm = p.sqrt(p.reduceSum(p.square(wide), [0]));
  const positive = p.ge(first, p.zerosLike(first));
  const signed = p.select(positive, norm, p.neg(norm));
  const scale = p.rsqrt(p.mul(norm, p.add(norm, p.abs(first))));
  const spread = (each: Var): Var => p.broadcast(p.reshape(each, [1, columns]), [rows, columns]);
  const v = p.cast(
    p.mul(p.add(wide, p.select(onDiagonal, spread(signed), p.zerosLike(wide))), spread(scale)),
    "float32",
  );

  // Q = (I − V₀·T₀·V₀ᵀ)·(I − V₁·T₁·V₁ᵀ)⋯, from the last block on: each leaves rows and columns before its own as they are.
  const width = Math.ceil(columns / Math.ceil(columns / 128));
  const count = Math.ceil(columns / width);
  const padded = p.pad(v, 0, [0, 0], [0, count * width - columns]);
  const factors = triangularFactors(p.transpose(p.reshape(padded, [rows, count, width]), [1, 0, 2]));
  let q: Var | undefined;
  for (let start = (count - 1) * width; start >= 0; start -= width) {
    const block = p.slice(padded, [start, start], [rows, start + width]);
    const t = p.slice(factors, [start / width, 0, 0], [start / width + 1, width, width]);
    const [m, n] = [rows - start, columns - start];
    const own = Math.min(n, width);
    const unit = p.cast(p.eq(p.iota([m, own], 0, "int32"), p.iota([m, own], 1, "int32")), "float32");
    const before = q === undefined ? unit : p.concat([unit, p.pad(q, 0, [own, 0], [0, 0])], 1);
    const inner = p.matmul(p.reshape(t, [width, width]), p.matmul(p.transpose(block, [1, 0]), before));
    q = p.sub(before, p.matmul(block, inner));
  }
  const sign = p.select(positive, p.fullLike(first, -1), p.fullLike(first, 1));
  return p.mul(q ?? v, p.cast(spread(sign), "float32"));
}

/** The matrix of a shape with orthonormal rows or columns (whichever are fewer; axes before the last are rows), times `a`. */
export const keyedOrthogonal: KeyedDraw = keyedDraw("keyedOrthogonal", 1, 0, (key, shape, gain) => {
  if (sizeOf(shape) === 0) return p.full(0, shape, "float32");
  const columns = shape.at(-1) ?? 1;
  const rows = sizeOf(shape) / columns;
  const q =
    rows < columns ? p.transpose(orthogonalOf(key, columns, rows), [1, 0]) : orthogonalOf(key, rows, columns);
  return p.mul(p.reshape(q, shape), gain);
});
