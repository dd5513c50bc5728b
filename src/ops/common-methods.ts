import {
  elu, gelu, leakyRelu, logSigmoid, relu, selu, sigmoid, silu, softmax, softplus, softsign,
} from "./activations.ts"; // prettier-ignore
import { add, divide, floorDivide, maximum, minimum, mod, multiply, power, subtract } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import {
  equal, greater, greaterEqual, isfinite, isinf, isnan, less, lessEqual, logicalAnd, logicalNot, logicalOr, notEqual,
} from "./comparison.ts"; // prettier-ignore
import { onesLike, zerosLike } from "./creation.ts";
import { where } from "./indexing.ts";
import { installIndexing, installMethods } from "./install-methods.ts";
import { dot, matmul } from "./products.ts";
import { all, any, argmax, argmin, max, mean, min, std, sum, variance } from "./reductions.ts";
import { broadcastTo, expandDims, ravel, reshape, squeeze, transpose } from "./shape.ts";
import {
  abs, absolute, ceil, clip, exp, expm1, floor, log, log1p, negative, reciprocal, round, rsqrt, sign, sqrt,
  square, tanh,
} from "./unary-math.ts"; // prettier-ignore

/**
 * The methods that values have in every page: those of the ops that such a page has anyway, and a few beside. A page that
 * makes tensors with `tensor`, and a program that is not bundled, has all (`methods.ts`).
 */
function installCommon(): void {
  installIndexing();
  installMethods({
    abs,
    absolute,
    add,
    all,
    any,
    argmax,
    argmin,
    broadcastTo,
    cast,
    ceil,
    clip,
    divide,
    dot,
    elu,
    equal,
    exp,
    expandDims,
    expm1,
    floor,
    floorDivide,
    gelu,
    greater,
    greaterEqual,
    isfinite,
    isinf,
    isnan,
    leakyRelu,
    less,
    lessEqual,
    log,
    log1p,
    logicalAnd,
    logicalNot,
    logicalOr,
    logSigmoid,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mod,
    multiply,
    negative,
    notEqual,
    onesLike,
    power,
    ravel,
    reciprocal,
    relu,
    reshape,
    round,
    rsqrt,
    selu,
    sigmoid,
    sign,
    silu,
    softmax,
    softplus,
    softsign,
    sqrt,
    square,
    squeeze,
    std,
    subtract,
    sum,
    tanh,
    transpose,
    var: variance,
    where,
    zerosLike,
  });
}

installCommon();
