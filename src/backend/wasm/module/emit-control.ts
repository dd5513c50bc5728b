import type { Item, LoopItem, TurnRange } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { i32, type Expr, type Local } from "../assembler/index.ts";
import type { ControlItem, ControlParts } from "./control-items.ts";

/** The number of a turn, known now or then. */
type Turn = Local<"i32"> | number;

/** Writes a loop or branches into a step function. */
export function emitControl(item: ControlItem, parts: ControlParts): void {
  switch (item.kind) {
    case "repeat":
      return emitRepeat(item, parts);
    case "while":
      return emitWhile(item, parts);
    case "switch":
      return emitSwitch(item, parts);
  }
}

function emitRepeat({ count, body, range }: LoopItem, parts: ControlParts): void {
  const counter = parts.fn.local("i32");
  parts.meet();
  const [from, to] = range === undefined ? [0, count] : turnsOf(range, count, parts);
  parts.inLoop(counter, count, () => {
    parts.fn.forRange(counter, from, to, 1, () => {
      parts.items(body);
      parts.meet();
    });
  });
}

/** The turns of a loop that are run, read when it begins. */
function turnsOf(
  { bounds, fromLast, part }: TurnRange,
  count: number,
  { fn, address: addressOf, keepTogether, meet }: ControlParts,
): readonly [from: Turn, to: Turn] {
  const within = (value: Expr<"i32">, least: Turn): Local<"i32"> => {
    const local = fn.local("i32", value);
    fn.if(i32.gtS(local, count), () => fn.set(local, count));
    fn.if(i32.ltS(local, least), () => fn.set(local, least));
    return local;
  };
  const address = addressOf(bounds);
  const first = within(i32.load(address), 0);
  const end = within(i32.load(address, 4), first);
  // Nobody may overwrite the bounds before all have read them.
  keepTogether();
  meet();
  const mirrored = (turn: Local<"i32">): Local<"i32"> => fn.local("i32", i32.sub(count, turn));
  const [low, high] = fromLast ? [mirrored(end), mirrored(first)] : [first, end];
  return part === "before" ? [0, low] : part === "within" ? [low, high] : [high, count];
}

function emitWhile(
  { condition, flag, body }: Extract<Item, { readonly kind: "while" }>,
  { fn, items, address, meet, keepTogether }: ControlParts,
): void {
  meet();
  fn.block((exit) => {
    fn.loop((again) => {
      items(condition);
      meet();
      fn.brIf(exit, i32.eqz(i32.load8U(address(flag))));
      // Nobody may overwrite the flag before all have read it.
      keepTogether();
      items(body);
      meet();
      fn.br(again);
    });
  });
  // Nor may what follows, which can lie where the flag is, before all have left the loop.
  keepTogether();
}

function emitSwitch(
  { selector, branches }: Extract<Item, { readonly kind: "switch" }>,
  { fn, items, address, meet, keepTogether }: ControlParts,
): void {
  meet();
  const chosen = fn.local("i32", i32.load(address(selector)));
  // Nor the selector.
  keepTogether();
  meet();
  const last = branches.length - 1;
  const branch = (n: number): void => {
    const run = (): void => {
      items(branches[n] ?? []);
      meet();
    };
    if (n >= last) return run();
    const isChosen = n === 0 ? i32.leS(chosen, 0) : i32.eq(chosen, n);
    fn.if(isChosen, run, () => branch(n + 1));
  };
  branch(0);
}
