import { antlerEntry } from "./support/contenders.ts";
import type { Profile } from "./support/contender.ts";
import { markdownTable, show } from "./support/report.ts";
import { rows } from "./support/rows.mjs";

/** Where the time of a workload's training step goes. */
export interface WorkloadProfile extends Profile {
  readonly row: string;
  readonly threads: number;
}

/** Profiles training steps of workloads, for each number of threads. */
export async function profileWorkloads(
  workloads: readonly string[],
  threads: readonly number[],
  seconds: number,
  source: string,
): Promise<WorkloadProfile[]> {
  const profiles: WorkloadProfile[] = [];
  for (const count of threads) {
    const contender = antlerEntry(count, source).start();
    try {
      await contender.start();
      for (const workload of workloads) {
        const row = rows.find(({ key }) => key.startsWith(`${workload} train `))?.key ?? workload;
        const profile = await contender.profile(row, seconds);
        if ("error" in profile) throw new Error(profile.error);
        profiles.push({ row, threads: count, ...profile });
      }
    } finally {
      contender.close();
    }
  }
  return profiles;
}

/** The largest kernels of each profile, as Markdown. */
export function renderProfiles(profiles: readonly WorkloadProfile[]): string {
  return profiles.map(renderProfile).join("\n\n");
}

const most = 40;

function renderProfile({ row, threads, kernels, steps, elapsed }: WorkloadProfile): string {
  const inKernels = kernels.reduce((sum, { ms }) => sum + ms, 0);
  const header = ["kernel", "shape", "calls a step", "µs a call", "share", "GFLOP/s", "kB a call", "GB/s"];
  const line = (one: WorkloadProfile["kernels"][number]): readonly string[] => [
    one.label,
    one.shape.join("×"),
    show(one.calls / steps),
    show((one.ms * 1000) / one.calls),
    `${(one.share * 100).toFixed(1)} %`,
    one.gflops === null ? "" : one.gflops.toFixed(1),
    show(one.bytes / 1000),
    one.gigabytesPerSecond.toFixed(1),
  ];
  const shown = kernels.slice(0, most).map(line);
  const rest = kernels.slice(most);
  if (rest.length > 0) {
    const share = rest.reduce((sum, one) => sum + one.share, 0);
    shown.push([`${rest.length} more`, "", "", "", `${(share * 100).toFixed(1)} %`, "", "", ""]);
  }
  const flops = kernels.reduce((sum, one) => sum + (one.flops ?? 0) * one.calls, 0);
  return [
    `## ${row}, ${threads} thread${threads === 1 ? "" : "s"}`,
    `${show(elapsed / steps)} ms a step, of which ${show(inKernels / steps)} ms in ${kernels.length} different kernels; ` +
      `${show(flops / steps / 1e6)} MFLOP a step in products and convolutions, ` +
      `${(flops / inKernels / 1e6).toFixed(1)} GFLOP/s over all kernels.`,
    markdownTable(header, 2, shown),
  ].join("\n\n");
}
