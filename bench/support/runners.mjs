// Shapes of runners, shared by the contenders: what is done in a step, and which numbers are compared.

/** A row whose step gives an array: its first values are compared. */
export const giving = (step) => ({ step, check: async () => Array.from((await step()).slice(0, 16)) });

/** A row whose step trains on one batch and gives the loss. The losses of the first steps are compared. */
export const training = (step, { compare = true, steps = 5 } = {}) => ({
  step,
  check: async () => {
    const losses = [];
    for (let i = 0; i < steps; i++) losses.push(await step());
    return compare ? losses : [];
  },
});
