/** Keras's `preprocessing.sequence` namespace. */
export { padSequences } from "./pad-sequences.ts";
