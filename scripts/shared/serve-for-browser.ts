import type { TestProject } from "vitest/node";
// The import also declares the type of vitest's `provide`.
import type { TestServerContext } from "../../test/browser/support/test-server.ts";
import { startBrowserService } from "../dev/browser-service.ts";

/** Global setup of the "browser" tests. */
export default async function serveForBrowser(project: TestProject) {
  const provide = (context: TestServerContext) => project.provide("browserStage", context);
  try {
    const { stop, ...context } = await startBrowserService();
    provide(context);
    return stop;
  } catch (error) {
    // One browser test reports it, and the others are skipped. A throw here would stop all other projects too.
    provide({ problem: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
