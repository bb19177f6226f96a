import { existsSync, statfsSync } from "node:fs";
import { resolve } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import type { TestSequencer, TestSpecification, Vitest } from "vitest/node";
import { ensureGeneratedFiles } from "./scripts/build/ensure-generated-files.ts";
import type {} from "./test/support/provided-context.ts";
import { resourceList } from "./test/support/resources.ts";

await ensureGeneratedFiles();

// The tests' local databases live in the directory for temporary files. In memory, each write waits for no disk.
const MEMORY = "/dev/shm";
const MEMORY_BYTES = 2 * 1024 ** 3;
if (!process.env.TMPDIR && existsSync(MEMORY)) {
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize >= MEMORY_BYTES) process.env.TMPDIR = MEMORY;
}

// The tests start some forty wranglers, and each file loads playwright or wrangler. Compiling takes a fifth of their time.
process.env.NODE_COMPILE_CACHE ??= resolve("node_modules/.cache/compiled");

/** What the tests' Worker is configured with; a test that needs other values passes its own. */
const testVars = {
  ENVIRONMENT: "development",
  PUBLIC_URL: "http://gatehouse.test",
  // One app (test/support/client-app.ts). An app never gets tokens for the service's own API.
  RESOURCES: resourceList("app"),
  AUTH_SECRET: "a test's root secret, 32 bytes or more",
  MAIL_PROVIDER: "mailbox",
  MAIL_FROM: "Gatehouse <no-reply@example.test>",
  // One block keeps the suite quick; the cost itself is tested in test/unit/kernel.
  PASSWORD_HASH_BLOCKS: "1",
  // All methods, so that the tests of every route and page reach each. A test of the default sets it empty.
  SIGN_IN_METHODS: "password,passkey,email_code,social",
  // All tests come from one address; those of the limits turn them on.
  RATE_LIMITS: "off",
};

/**
 * What the environment says about generated inputs. A test must not read it from `import.meta.env`: Vitest keeps
 * transformed modules with the values of an earlier run.
 */
const provided = {
  fuzzSeed: process.env.FUZZ_SEED ?? null,
  fuzzRequests: process.env.FUZZ_REQUESTS ?? null,
  exploration: {
    seed: process.env.EXPLORE_SEED ?? null,
    sequences: process.env.EXPLORE_SEQUENCES ?? null,
    seconds: process.env.EXPLORE_SECONDS ?? null,
    path: process.env.EXPLORE_PATH ?? null,
    replayPath: process.env.EXPLORE_REPLAY_PATH ?? null,
  },
};

/** Milliseconds. It ends what hangs, and fails nothing for being slow: a whole story in a browser is one test. */
const TEST_TIMEOUT_MS = 240_000;

/** Milliseconds for what is looked at again and again: vitest's own second is short for a machine that has other things to do. */
const eventually = { poll: { timeout: 60_000 } };

/**
 * Test files at once, in all projects: Vitest then starts a project's first files while the last ones of the project
 * before it still run. Five, since many tests wait for other processes and would leave part of two cores idle.
 */
const maxWorkers = 5;

/**
 * Shuffled files stay together by project, as others do: a worker that several files share ends when the next file
 * is of another project.
 */
const keepProjectsTogether = {
  name: "gatehouse:keep-projects-together",
  configureVitest({ vitest }: { readonly vitest: Vitest }) {
    const { sequence } = vitest.config;
    const { sequencer: Sequencer } = sequence;
    sequence.sequencer = class implements TestSequencer {
      readonly #sequencer = new Sequencer(vitest);
      shard = (files: TestSpecification[]) => this.#sequencer.shard(files);
      sort = async (files: TestSpecification[]) => {
        const sorted = await this.#sequencer.sort(files);
        return [...sorted].sort((a, b) => a.project.name.localeCompare(b.project.name));
      };
    };
  },
};

/**
 * The tests of a file run in another order each time, so that they stay independent; Vitest prints the seed. The files
 * keep their order, the longest first, which leaves no worker idle at the end.
 */
const sequence = { shuffle: { files: false, tests: true } };

export default defineConfig({
  plugins: [keepProjectsTogether],
  test: {
    projects: [
      {
        // Pure rules and known answers, in Node: an independent implementation is at hand there.
        test: {
          name: "unit",
          maxWorkers,
          sequence,
          include: ["test/unit/**/*.test.ts"],
          environment: "node",
          provide: provided,
          setupFiles: ["test/support/restore-globals.ts", "test/support/seed-fuzz.ts"],
          isolate: false,
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { ...testVars, TEST_MIGRATIONS: await readD1Migrations("migrations") },
              // Workers of the team. A test passes them to its service as `CLAIMS` and `EVENTS_<NAME>`.
              serviceBindings: {
                TEST_CLAIMS: { name: "claims", entrypoint: "Claims" },
                TEST_EVENTS: { name: "events", entrypoint: "Events" },
              },
              workers: [
                {
                  name: "claims",
                  modules: true,
                  scriptPath: resolve("test/support/claims-worker.mjs"),
                  compatibilityDate: "2026-11-01",
                },
                {
                  name: "events",
                  modules: true,
                  scriptPath: resolve("test/support/events-worker.mjs"),
                  compatibilityDate: "2026-11-01",
                },
              ],
            },
          })),
        ],
        test: {
          name: "worker",
          maxWorkers,
          sequence,
          include: ["test/{worker,contracts,flows}/**/*.test.{ts,tsx}"],
          provide: provided,
          setupFiles: [
            "test/support/apply-migrations.ts",
            "test/support/restore-globals.ts",
            "test/support/seed-fuzz.ts",
          ],
          // A workerd of its own costs a file more than most files take.
          isolate: false,
          globalSetup: ["test/support/loopback/start.ts"],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // Commands of the terminal, against a local database that a `wrangler dev` has open too.
        test: {
          name: "scripts",
          maxWorkers,
          expect: eventually,
          include: ["test/scripts/**/*.test.ts"],
          environment: "node",
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // The example beside the service, both by their real configurations.
        test: {
          name: "examples",
          maxWorkers,
          expect: eventually,
          include: ["test/examples/**/*.test.ts"],
          environment: "node",
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // Gatehouse and a second Worker side by side, by their own configurations.
        test: {
          name: "rpc",
          maxWorkers,
          expect: eventually,
          include: ["test/rpc/**/*.test.ts"],
          environment: "node",
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // Client libraries of others, over HTTP, with one service for all files.
        test: {
          name: "clients",
          maxWorkers,
          expect: eventually,
          include: ["test/clients/**/*.test.ts"],
          environment: "node",
          globalSetup: ["test/clients/support/start-service.ts"],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // What would be deployed, as it would be deployed; built once by the setup.
        test: {
          name: "bundle",
          maxWorkers,
          include: ["test/bundle/**/*.test.ts"],
          environment: "node",
          globalSetup: ["scripts/build/serve-production-bundle.ts"],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
      {
        // What people see, in a browser that the machine has, on a service as developers have it.
        test: {
          name: "browser",
          maxWorkers,
          expect: eventually,
          include: ["test/browser/**/*.test.ts"],
          environment: "node",
          globalSetup: ["scripts/shared/serve-for-browser.ts"],
          // Loading playwright takes a file longer than opening a browser context.
          isolate: false,
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
        },
      },
    ],
  },
});
