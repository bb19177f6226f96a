import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findRunningWorker, runningWorkerWarning } from "../../../../scripts/dev/running-worker.ts";
import { createScratchDirectory } from "../../../../scripts/shared/scratch-directory.ts";

const scratch = createScratchDirectory();
const registry = join(scratch.path, "registry");
const config = join(scratch.path, "wrangler.toml");
mkdirSync(registry);
writeFileSync(config, 'name = "gatehouse"\ncompatibility_date = "2026-01-01"\n');
afterAll(() => scratch.remove());

/** Registers a Worker as `wrangler dev` does. */
const register = (name: string, port: number) =>
  writeFileSync(join(registry, name), JSON.stringify({ debugPortAddress: `127.0.0.1:${port}` }));

function listen(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address !== "object" || address === null) throw new Error("no port");
      resolve({ port: address.port, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

it("finds a running Worker of the same name, and neither another one nor one that has ended", async () => {
  expect(await findRunningWorker({ config }, registry)).toBeNull();
  const other = await listen();
  register("reports", other.port);
  expect(await findRunningWorker({ config }, registry)).toBeNull();
  register("gatehouse", other.port);
  expect(await findRunningWorker({ config }, registry)).toBe("gatehouse");
  await other.close();
  expect(await findRunningWorker({ config }, registry)).toBeNull();
});

it("names the Worker and the variable that separates the two", () => {
  const text = runningWorkerWarning("gatehouse");
  expect(text).toContain('named "gatehouse"');
  expect(text).toContain("WRANGLER_REGISTRY_PATH=.wrangler/registry npm run dev");
});
