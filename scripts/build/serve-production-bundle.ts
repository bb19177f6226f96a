import type { TestProject } from "vitest/node";
import { createTestHarness } from "wrangler";
// The import also declares the type of vitest's `provide`.
import type { ServedBundle } from "../../test/bundle/served-bundle.ts";
import { wranglerEnvironment } from "../shared/run-wrangler.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { buildProductionBundle } from "./production-bundle.ts";

const misconfigured = {
  ENVIRONMENT: "development",
  AUTH_SECRET: "a test's root secret, 32 bytes or more",
  PUBLIC_URL: "http://gatehouse.example.test",
  MAIL_PROVIDER: "mailbox",
  MAIL_FROM: "Gatehouse <no-reply@example.test>",
  // `npm run dev` writes RATE_LIMITS=off to .dev.vars, which production refuses. Empty means not set.
  RATE_LIMITS: "",
};

const production = {
  ...misconfigured,
  ENVIRONMENT: "production",
  PUBLIC_URL: "https://gatehouse.example.test",
  MAIL_PROVIDER: "resend",
  MAIL_API_KEY: "never-called",
};

/** Global setup of the "bundle" tests: builds the production bundle once, and serves it in workerd. */
export default async function serveProductionBundle(project: TestProject) {
  Object.assign(process.env, wranglerEnvironment);
  const scratch = createScratchDirectory();
  await buildProductionBundle(scratch.path);
  // Secrets override a developer's .dev.vars, which the harness reads too.
  const harnesses = [misconfigured, production].map((secrets) =>
    createTestHarness({
      workers: [{ configPath: "wrangler.toml", prebuiltWorkerDir: scratch.path, secrets }],
    }),
  );
  const [first, second] = await Promise.all(harnesses.map((harness) => harness.listen()));
  const served: ServedBundle = { misconfigured: String(first?.url), production: String(second?.url) };
  project.provide("servedBundle", served);
  return async () => {
    await Promise.all(harnesses.map((harness) => harness.close()));
    scratch.remove();
  };
}
