import type { TestProject } from "vitest/node";
// The type alone; it also tells vitest's `provide` what may be given.
import type { TestServerContext } from "../../test/browser/support/test-server.ts";
import { startStage } from "../dev/browser-service.ts";

/** Global setup of the "browser" tests. */
export default async function serveForBrowser(project: TestProject) {
  const provide = (stage: TestServerContext) => project.provide("browserStage", stage);
  try {
    const { stop, ...stage } = await startStage();
    provide(stage);
    return stop;
  } catch (error) {
    // For each test to say. Thrown here, it would keep the tests of all other projects from running.
    provide({ problem: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
