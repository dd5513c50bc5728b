import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["dist/**", "node_modules/**", "shared/**"],
    environment: "node",
    setupFiles: ["test/support/setup.ts"],
    // Against hanging alone: machines may be slow, or busy with something else.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores are the reference machine; more workers only make timings noisy.
    maxWorkers: 2,
    printConsoleTrace: false,
  },
});

export default config;
