/** Lets everything else that waits run (input, timers, network, painting), then goes on: a turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    // Node's, or a message to oneself: `setTimeout` would cost a page 4 ms each time.
    if (typeof globalThis.setImmediate === "function") globalThis.setImmediate(resolve);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
}
