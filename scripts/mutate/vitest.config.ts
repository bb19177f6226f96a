import { join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import type { VitestPluginContext } from "vitest/node";
import base from "../../vitest.config.ts";
import { instrument } from "./instrument.ts";
import { ROOT, readTargets } from "./targets.ts";

// The unit and worker projects, on a program that contains every mutant (docs/mutation-check.md).

const targets = new Map(readTargets().map((target) => [join(ROOT, target.file), target]));

/** Built once for each database, a statement would contain the mutants of the first test that uses it only. */
const COMPILED_STATEMENTS = join(ROOT, "src/db/compiled-statement.ts");
const CACHING = "binders.set(db, bind);";

function withoutCache(code: string): string {
  if (!code.includes(CACHING)) throw new Error(`${COMPILED_STATEMENTS} has changed: it lacks ${CACHING}`);
  return code.replace(CACHING, "");
}

const mutants = {
  name: "gatehouse:mutants",
  // Before the TypeScript of the file is compiled.
  enforce: "pre" as const,
  transform(code: string, id: string) {
    const path = id.split("?")[0] as string;
    if (path === COMPILED_STATEMENTS) return { code: withoutCache(code), map: null };
    const target = targets.get(path);
    return target && code === target.source
      ? { code: instrument(code, target.mutants), map: null }
      : undefined;
  },
  /** Vitest keeps transformed modules. The numbers of a file's mutants change with the files before it. */
  configureVitest({ defineCacheKeyGenerator }: VitestPluginContext) {
    defineCacheKeyGenerator(({ id }) => {
      const [first] = targets.get(id.split("?")[0] as string)?.mutants ?? [];
      return first && `mutants from ${first.id}`;
    });
  },
};

const projects = (base.test?.projects ?? []) as TestProjectInlineConfiguration[];

export default defineConfig({
  root: ROOT,
  test: {
    projects: projects
      .filter(({ test }) => test?.name === "unit" || test?.name === "worker")
      .map((project) => ({
        ...project,
        plugins: [mutants, ...(project.plugins ?? [])],
        test: {
          ...project.test,
          // Another random minute for each mutant, with another result each time.
          exclude: ["test/worker/security/exploration/**"],
          setupFiles: ["scripts/mutate/setup.ts", ...[project.test?.setupFiles ?? []].flat()],
          // A mutant may wait for ever; a test of the unchanged program takes less.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      })),
  },
});
