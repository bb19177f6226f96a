import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { variableFiles } from "../../../../scripts/dev/dev-vars.ts";
import { lastOrigin, rememberOrigin } from "../../../../scripts/dev/last-origin.ts";
import { watchVariables } from "../../../../scripts/dev/watch-variables.ts";
import { findFreePort, isPortFree } from "../../../../scripts/shared/free-port.ts";
import { readyPort } from "../../../../scripts/shared/run-wrangler.ts";
import { createScratchDirectory } from "../../../../scripts/shared/scratch-directory.ts";

const scratch = createScratchDirectory();
afterEach(() => vi.restoreAllMocks());
afterAll(() => scratch.remove());

it("remembers the last origin of each database", () => {
  const [one, other] = ["one", "other"].map((name) => ({
    persistTo: join(scratch.path, name),
    config: undefined,
  }));
  if (!one || !other) throw new Error("unreachable");
  expect(lastOrigin(one)).toBe("http://localhost:8787");
  rememberOrigin(one, "http://localhost:8790");
  expect([lastOrigin(one), lastOrigin(other)]).toEqual(["http://localhost:8790", "http://localhost:8787"]);
});

it("reports each change, replacement and creation of a variable file until it is stopped", async () => {
  const [edited = "", made = ""] = [".dev.vars", ".dev.vars.staging"].map((name) => join(scratch.path, name));
  writeFileSync(edited, "A=1\n");
  const changed: string[] = [];
  const stop = watchVariables([edited, made], (file) => changed.push(file));
  const expectChanges = (...files: string[]) =>
    vi.waitFor(() => expect(changed).toEqual(files), { timeout: 15_000 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  appendFileSync(edited, "B=2\n");
  await expectChanges(edited);
  // Editors save a file by replacing it.
  writeFileSync(`${edited}~`, "A=2\n");
  renameSync(`${edited}~`, edited);
  await expectChanges(edited, edited);
  writeFileSync(made, "C=3\n");
  await expectChanges(edited, edited, made);
  stop();
}, 60_000);

it("lists the variable files of a configuration, an environment and --env-file", () => {
  const options = { config: "there/wrangler.toml", env: undefined, envFiles: [] };
  expect(variableFiles(options)).toEqual([join("there", ".dev.vars")]);
  expect(variableFiles({ ...options, env: "staging" })).toContain(join("there", ".dev.vars.staging"));
  expect(variableFiles({ ...options, envFiles: ["other.env"] })).toEqual(["other.env"]);
});

it("finds a free port below the ephemeral range", async () => {
  const port = await findFreePort();
  expect(port).toBeLessThan(32_768);
  expect(await isPortFree(port)).toBe(true);
});

it("reads the port from wrangler's ready message and from no other", () => {
  expect(readyPort('{"event":"DEV_SERVER_READY","ip":"localhost","port":8790}')).toBe(8790);
  for (const other of [null, {}, "", '{"event":"OTHER"}']) expect(readyPort(other)).toBeNull();
});
