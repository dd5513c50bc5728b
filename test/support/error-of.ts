/** What a function throws, at once or later; null when it ends well. */
export async function antlerErrorOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return null;
  } catch (error) {
    return error;
  }
}
