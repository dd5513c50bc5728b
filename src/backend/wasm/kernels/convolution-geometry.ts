import type { ConvolutionDescriptor, WindowAxis } from "../../../compiler/kernel-ir/structured.ts";

/** One tap of a gathering window along one axis: which kernel element, and how far into the window it reads. */
export interface Tap {
  readonly kernel: number;
  readonly offset: number;
}

/**
 * Along one axis, results `start + step·q` for q in `[0, count)`, each gathered from source positions
 * `q·sourceStep − pad + tap.offset`. A forward convolution is one such phase; the input gradient of a strided one has
 * a phase for each residue of the input position modulo the stride, each with its own taps.
 */
export interface AxisPhase {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly sourceStep: number;
  readonly pad: number;
  /** In order of increasing offset; empty when nothing contributes. */
  readonly taps: readonly Tap[];
  /** Size of the source and of the result along the axis. */
  readonly sourceSize: number;
  readonly resultSize: number;
}

const unitAxis: WindowAxis = { input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padLow: 0 };

/** The spatial axes as three, outer ones of size 1 where there are fewer. */
export function threeAxes(axes: readonly WindowAxis[]): readonly [WindowAxis, WindowAxis, WindowAxis] {
  const [x = unitAxis, y = unitAxis, z = unitAxis] = axes.toReversed();
  return [z, y, x];
}

/** The single phase of a forward pass along an axis. */
export function forwardPhase(axis: WindowAxis): AxisPhase {
  return {
    start: 0,
    step: 1,
    count: axis.output,
    sourceStep: axis.stride,
    pad: axis.padLow,
    taps: Array.from({ length: axis.kernel }, (_, k) => ({ kernel: k, offset: k * axis.dilation })),
    sourceSize: axis.input,
    resultSize: axis.output,
  };
}

/** The phases of an input gradient along an axis: input i takes from output o where i = o·stride + k·dilation − padLow. */
export function gradientPhases(axis: WindowAxis): AxisPhase[] {
  const phases: AxisPhase[] = [];
  for (let start = 0; start < Math.min(axis.stride, axis.input); start++) {
    const taps: Tap[] = [];
    for (let k = 0; k < axis.kernel; k++) {
      const distance = start + axis.padLow - k * axis.dilation;
      if (distance % axis.stride === 0) taps.push({ kernel: k, offset: distance / axis.stride });
    }
    taps.sort((a, b) => a.offset - b.offset);
    const least = taps[0]?.offset ?? 0;
    phases.push({
      start,
      step: axis.stride,
      count: Math.ceil((axis.input - start) / axis.stride),
      sourceStep: 1,
      pad: -least,
      taps: taps.map(({ kernel, offset }) => ({ kernel, offset: offset - least })),
      sourceSize: axis.output,
      resultSize: axis.input,
    });
  }
  return phases;
}

/** Source positions a phase covers, counted from its padded start. */
export function sourceExtent(phase: AxisPhase, count: number): number {
  return (count - 1) * phase.sourceStep + (phase.taps.at(-1)?.offset ?? 0) + 1;
}

/** Whether a phase reads only inside the source. */
export function staysInside(phase: AxisPhase): boolean {
  return phase.pad <= 0 && sourceExtent(phase, phase.count) - phase.pad <= phase.sourceSize;
}

/** Whether a phase's taps read neighbouring positions. */
export function isContiguous(phase: AxisPhase): boolean {
  return phase.taps.every((tap, i) => tap.offset === i);
}

/** Every combination of one item from each list. */
export function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}

/** Multiply-adds of a convolution, the same for all three passes. */
export function convolutionMultiplyAdds(d: ConvolutionDescriptor): number {
  const pixels = d.axes.reduce((product, axis) => product * axis.output * axis.kernel, d.batch);
  return (pixels * d.inputChannels * d.outputChannels) / d.groups;
}
