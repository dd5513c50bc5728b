#!/usr/bin/env node
import { nodeModule } from "../util/platform/index.ts";
import { runCommand } from "./run-command.ts";

const process = nodeModule("node:process");
if (process !== undefined) {
  process.exitCode = await runCommand(process.argv.slice(2), {
    print: (text) => void process.stdout.write(`${text}\n`),
    complain: (text) => void process.stderr.write(`${text}\n`),
  });
}
