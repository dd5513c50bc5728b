import type { KerasTensor } from "../../graph/keras-tensor.ts";
import { formatShape } from "../../ir/shape.ts";
import { DTypeError, OptionError, ShapeError } from "../../util/errors.ts";
import { ModelClass } from "../model.ts";

/**
 * Checks that a student can stand in for its teacher: what both take and give has the same shapes and dtypes.
 *
 * Models without a graph are not looked into.
 */
export function checkPair(teacher: unknown, student: unknown): void {
  for (const [role, model] of [
    ["teacher", teacher],
    ["student", student],
  ] as const)
    if (!(model instanceof ModelClass))
      throw new OptionError(`Distiller: expected ${role} to be a model, received ${typeof model}.`);
  if (!(teacher instanceof ModelClass) || !(student instanceof ModelClass)) return;
  if (teacher.graph === null || student.graph === null) return;
  checkAlike("inputs", teacher.inputs, student.inputs);
  checkAlike("outputs", teacher.outputs, student.outputs);
}

function checkAlike(what: string, ours: readonly KerasTensor[], theirs: readonly KerasTensor[]): void {
  const told = (found: readonly KerasTensor[]): string =>
    found.map(({ shape }) => formatShape(shape)).join(", ");
  const isAlike = ours.every(({ shape }, i) => {
    const other = theirs[i]?.shape;
    if (other?.length !== shape.length) return false;
    return shape.every((dim, axis) => dim === null || other[axis] === null || dim === other[axis]);
  });
  if (!isAlike || ours.length !== theirs.length)
    throw new ShapeError(
      `Distiller: expected ${what} of the student as of the teacher, ${told(ours)}, received ${told(theirs)}.`,
    );
  ours.forEach(({ dtype }, i) => {
    const other = theirs[i]?.dtype;
    if (other !== dtype)
      throw new DTypeError(
        `Distiller: expected ${what} of the student of dtype ${dtype}, received ${other}.`,
      );
  });
}
