// The contender's side of the protocol: one JSON request a line on standard input, one reply a line on output.
import { createInterface } from "node:readline";

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * Answers requests until the input ends.
 *
 * `prepare` is `(row key) → { step, check }` or null where the contender cannot run the row; `step` does one step and
 * waits until its output is there; `check` returns numbers that all contenders must agree on. What a request asks for:
 *
 * - `prepare`: the row is made ready, checked and warmed up;
 * - `measure`: the median of its steps for some seconds;
 * - `first`: the row is made ready, and its very first step is measured;
 * - `profile`: the contender's own `profile(row, seconds)`.
 */
export async function serve(versions, prepare, { profile } = {}) {
  // Libraries write to the console as they like; replies go out by themselves.
  const reply = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  console.log = console.error;
  const runners = new Map();
  reply({ versions: { ...versions, node: process.version } });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    try {
      if (request.do === "prepare") {
        const started = performance.now();
        const runner = await prepare(request.row);
        if (runner === null) {
          reply({ unsupported: true });
          continue;
        }
        runners.set(request.row, runner);
        const check = await runner.check();
        for (let i = 0; i < 3; i++) await runner.step();
        reply({ check, parameters: runner.parameters, firstStepsMs: performance.now() - started });
      } else if (request.do === "first") {
        const runner = await prepare(request.row);
        if (runner === null) {
          reply({ unsupported: true });
          continue;
        }
        const from = performance.now();
        const loss = await runner.step();
        const seconds = (performance.now() - from) / 1000;
        const check = runner.compared > 0 ? [loss] : [];
        reply({ seconds, best: seconds, count: 1, check, rssBytes: process.memoryUsage.rss() });
      } else if (request.do === "profile") {
        reply(await profile(request.row, request.seconds));
      } else {
        const { step } = runners.get(request.row);
        const times = [];
        const end = performance.now() + request.seconds * 1000;
        do {
          const from = performance.now();
          await step();
          times.push((performance.now() - from) / 1000);
        } while (performance.now() < end || times.length < 3);
        reply({
          seconds: median(times),
          best: times.reduce((least, time) => Math.min(least, time)),
          count: times.length,
          rssBytes: process.memoryUsage.rss(),
        });
      }
    } catch (error) {
      reply({ error: String(error?.stack ?? error) });
    }
  }
  process.exit(0);
}
