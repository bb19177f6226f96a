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

/** The source with its mutants, or undefined if the file has none. */
function withMutants(code: string, id: string): string | undefined {
  const path = id.split("?")[0] as string;
  if (path === COMPILED_STATEMENTS) return withoutCache(code);
  const target = targets.get(path);
  return target && code === target.source ? instrument(code, target.mutants) : undefined;
}

const mutants = {
  name: "gatehouse:mutants",
  // Vitest keeps transformed modules by their path and source. The numbers of the mutants depend on other files too.
  configureVitest: ({ defineCacheKeyGenerator }: VitestPluginContext) =>
    defineCacheKeyGenerator(({ id, sourceCode }) => withMutants(sourceCode, id)),
  // Before the TypeScript of the file is compiled.
  enforce: "pre" as const,
  transform(code: string, id: string) {
    const changed = withMutants(code, id);
    return changed === undefined ? undefined : { code: changed, map: null };
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
          exclude: [
            // Another random minute for each mutant, with another result each time.
            "test/worker/security/exploration/**",
            // It requires the cache that is removed here.
            "test/worker/db/compiled-statement.test.ts",
          ],
          setupFiles: ["scripts/mutate/setup.ts", ...[project.test?.setupFiles ?? []].flat()],
          // A mutant may wait for ever; a test of the unchanged program takes less.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      })),
  },
});
