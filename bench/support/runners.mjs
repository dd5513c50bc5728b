// Shapes of runners, shared by the contenders: what is done in a step, and which numbers are compared.

/** A row whose step gives an array: its first values are compared. */
export const giving = (step) => ({ step, check: async () => Array.from((await step()).slice(0, 16)) });

/**
 * How many first losses of a workload are compared. Dropout draws from each library's own generator, so those of the
 * ResNet are not; Adam divides tiny gradients by their own size, which blows up rounding within a few steps.
 */
export const comparison = (workload) => ({ mlp: 20, ticket: 5, autoencoder: 3 })[workload] ?? 0;

/** A row whose step trains on one batch and gives the loss. */
export const training = (step, compared) => ({
  step,
  compared,
  check: async () => {
    const losses = [];
    for (let i = 0; i < compared; i++) losses.push(await step());
    return losses;
  },
});
