/** Complex numbers: real parts, imaginary parts. */
type Complex = readonly [re: Float64Array, im: Float64Array];

function zeros(length: number): Complex {
  return [new Float64Array(length), new Float64Array(length)];
}

/**
 * A signal of `length` numbers in another length over the same time: its frequencies, without those that the shorter length
 * cannot hold.
 *
 * @see SciPy `signal.resample`, which Keras resamples with
 */
export function resampleSignal(signal: Float64Array, length: number): Float64Array {
  const given = signal.length;
  if (given === length) return signal;
  const [re, im] = fourier([signal, new Float64Array(given)], 1);
  const [outRe, outIm] = zeros(length);
  const shorter = Math.min(given, length);
  for (let k = 0; 2 * k <= shorter; k++) {
    // The middle frequency of an even number stands for two, of which the longer signal has both.
    const isMiddle = 2 * k === shorter;
    const factor = !isMiddle ? 1 : given > length ? 2 : 0.5;
    const [x, y] = [(re[k] ?? 0) * factor, isMiddle ? 0 : (im[k] ?? 0)];
    outRe[k] = x;
    outIm[k] = y;
    if (k > 0 && k !== length - k) {
      outRe[length - k] = x;
      outIm[length - k] = -y;
    }
  }
  const [values] = fourier([outRe, outIm], -1);
  return values.map((value) => value / given);
}

/** The Fourier transform of any length, or (`sign` −1) its inverse times the length. */
function fourier(x: Complex, sign: 1 | -1): Complex {
  const [{ length }] = x;
  return (length & (length - 1)) === 0 ? ofPowerOfTwo(x, sign) : ofAnyLength(x, sign);
}

/** By a convolution of a power of two (Bluestein 1970): k·n = (k² + n² − (k − n)²) / 2. */
function ofAnyLength([re, im]: Complex, sign: 1 | -1): Complex {
  const { length } = re;
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const [cos, sin] = zeros(length);
  for (let k = 0; k < length; k++) {
    const angle = (Math.PI * ((k * k) % (2 * length))) / length;
    cos[k] = Math.cos(angle);
    sin[k] = -sign * Math.sin(angle);
  }
  const [a, b] = [zeros(size), zeros(size)];
  for (let k = 0; k < length; k++) {
    const [c, s, x, y] = [cos[k] ?? 0, sin[k] ?? 0, re[k] ?? 0, im[k] ?? 0];
    a[0][k] = x * c - y * s;
    a[1][k] = x * s + y * c;
    b[0][k] = c;
    b[1][k] = -s;
    if (k > 0) {
      b[0][size - k] = c;
      b[1][size - k] = -s;
    }
  }
  const [aRe, aIm] = ofPowerOfTwo(a, 1);
  const [bRe, bIm] = ofPowerOfTwo(b, 1);
  for (let k = 0; k < size; k++) {
    const [x, y, c, s] = [aRe[k] ?? 0, aIm[k] ?? 0, bRe[k] ?? 0, bIm[k] ?? 0];
    aRe[k] = (x * c - y * s) / size;
    aIm[k] = (x * s + y * c) / size;
  }
  const [convolvedRe, convolvedIm] = ofPowerOfTwo([aRe, aIm], -1);
  const out = zeros(length);
  for (let k = 0; k < length; k++) {
    const [c, s, x, y] = [cos[k] ?? 0, sin[k] ?? 0, convolvedRe[k] ?? 0, convolvedIm[k] ?? 0];
    out[0][k] = x * c - y * s;
    out[1][k] = x * s + y * c;
  }
  return out;
}

/** In halves (Cooley and Tukey 1965), by bits reversed. */
function ofPowerOfTwo([givenRe, givenIm]: Complex, sign: 1 | -1): Complex {
  const { length } = givenRe;
  const [re, im] = zeros(length);
  for (let i = 0, j = 0; i < length; i++) {
    re[j] = givenRe[i] ?? 0;
    im[j] = givenIm[i] ?? 0;
    let bit = length >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j |= bit;
  }
  const [cos, sin] = zeros(Math.max(1, length / 2));
  for (let k = 0; k < cos.length; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / length);
    sin[k] = -sign * Math.sin((2 * Math.PI * k) / length);
  }
  for (let size = 2; size <= length; size *= 2) {
    const [half, step] = [size / 2, length / size];
    for (let start = 0; start < length; start += size) {
      for (let k = 0; k < half; k++) {
        const [i, j] = [start + k, start + k + half];
        const [c, s, x, y] = [cos[k * step] ?? 0, sin[k * step] ?? 0, re[j] ?? 0, im[j] ?? 0];
        const [turnedRe, turnedIm] = [x * c - y * s, x * s + y * c];
        re[j] = (re[i] ?? 0) - turnedRe;
        im[j] = (im[i] ?? 0) - turnedIm;
        re[i] = (re[i] ?? 0) + turnedRe;
        im[i] = (im[i] ?? 0) + turnedIm;
      }
    }
  }
  return [re, im];
}
