export { GRU } from "./gru.ts";
export { GRUCell } from "./gru-cell.ts";
export { LSTM } from "./lstm.ts";
export { LSTMCell } from "./lstm-cell.ts";
export { RNN } from "./rnn.ts";
export { SimpleRNN } from "./simple-rnn.ts";
export { SimpleRNNCell } from "./simple-rnn-cell.ts";
export { StackedRNNCells } from "./stacked-rnn-cells.ts";
