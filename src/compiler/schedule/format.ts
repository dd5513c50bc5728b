import type { Access, Epilogue, Guard, Item, LoopItem, Schedule, Store } from "../kernel-ir/kernel-ir.ts";

type Node = Epilogue["nodes"][number];

function terms(offset: number, strides: readonly number[], name: string): string {
  const parts = strides.flatMap((stride, d) =>
    stride === 0 ? [] : [stride === 1 ? `${name}${d}` : `${stride}·${name}${d}`],
  );
  if (offset !== 0 || parts.length === 0) parts.push(String(offset));
  return parts.join("+");
}

function formatAccess({ buffer, offset, strides, loopStrides = [] }: Access): string {
  const loops = loopStrides.some((stride) => stride !== 0) ? ` +${terms(0, loopStrides, "t")}` : "";
  return `b${buffer}[${terms(offset, strides, "i")}${loops}]`;
}

function formatGuard({ offset, strides, limit, step }: Guard): string {
  return `0≤${terms(offset, strides, "i")}<${limit}${step === undefined ? "" : ` step ${step}`}`;
}

function formatRange({ range }: LoopItem): string {
  if (range === undefined) return "";
  const { part, bounds, fromLast } = range;
  return ` ${part} ${formatAccess(bounds)}${fromLast ? " from the last" : ""}`;
}

function formatNode(node: Node): string {
  switch (node.kind) {
    case "load": {
      const guards = node.guards?.map(formatGuard).join(", ");
      return `${formatAccess(node.access)}${guards ? ` if ${guards} else ${node.otherwise}` : ""}`;
    }
    case "const":
      return String(node.value);
    case "index":
      return terms(node.offset, node.strides, "i");
    case "op":
      return `${node.op}(${node.args.map((arg) => `%${arg}`).join(", ")})`;
    case "reduce":
      return `reduce ${node.combine}(%${node.value})`;
    case "product":
      return "product";
  }
}

function formatGraph(nodes: readonly Node[], stores: readonly Store[], indent: string): string[] {
  return [
    ...nodes.map((node, i) => `${indent}%${i}: ${node.dtype} = ${formatNode(node)}`),
    ...stores.map((store) => `${indent}${formatAccess(store.access)} = %${store.value}`),
  ];
}

function formatItem(item: Item, indent: string): string[] {
  const deeper = `${indent}  `;
  switch (item.kind) {
    case "loop": {
      const inner = item.inner.length === 0 ? "" : ` inner [${item.inner.join(", ")}]`;
      return [
        `${indent}loop ${item.label} [${item.outer.join(", ")}]${inner}`,
        ...formatGraph(item.nodes, item.stores, deeper),
      ];
    }
    case "structured": {
      const operand = ({ access, shape }: { access: Access; shape: readonly number[] }): string =>
        `${formatAccess(access)}:[${shape.join(", ")}]`;
      const head = `${indent}${item.label} ${item.inputs.map(operand).join(" ")} -> ${item.outputs.map(operand).join(" ")}`;
      return [
        head,
        ...(item.epilogue === undefined
          ? []
          : formatGraph(item.epilogue.nodes, item.epilogue.stores, deeper)),
      ];
    }
    case "repeat":
      return [
        `${indent}repeat ${item.count}${formatRange(item)}`,
        ...item.body.flatMap((inner) => formatItem(inner, deeper)),
      ];
    case "while":
      return [
        `${indent}while ${formatAccess(item.flag)}`,
        ...item.condition.flatMap((inner) => formatItem(inner, deeper)),
        `${indent}do`,
        ...item.body.flatMap((inner) => formatItem(inner, deeper)),
      ];
    case "switch":
      return [
        `${indent}switch ${formatAccess(item.selector)}`,
        ...item.branches.flatMap((branch, i) => [
          `${deeper}case ${i}`,
          ...branch.flatMap((inner) => formatItem(inner, `${deeper}  `)),
        ]),
      ];
  }
}

/** A schedule as readable text, for tests and for looking at what the compiler made. */
export function formatSchedule({ buffers, items, outputs, arenaBytes }: Schedule): string {
  const lines = buffers.map(({ dtype, size, home }, i) => {
    const place =
      home.kind === "arena" ? `@${home.byteOffset}` : home.kind === "constant" ? "" : ` ${home.index}`;
    return `b${i}: ${dtype}[${size}] ${home.kind}${place}`;
  });
  lines.push(...items.flatMap((item) => formatItem(item, "")));
  lines.push(`outputs ${outputs.map((id) => `b${id}`).join(" ")}; arena ${arenaBytes} bytes`);
  return lines.join("\n");
}
