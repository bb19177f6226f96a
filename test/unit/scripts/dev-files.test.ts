import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { variableFiles } from "../../../scripts/dev/dev-vars.ts";
import { lastOrigin, rememberOrigin } from "../../../scripts/dev/last-origin.ts";
import { watchVariables } from "../../../scripts/dev/watch-variables.ts";
import { anyFreePort, isPortFree } from "../../../scripts/shared/free-port.ts";
import { readyPort } from "../../../scripts/shared/run-wrangler.ts";
import { createScratchDirectory } from "../../../scripts/shared/scratch-directory.ts";

const scratch = createScratchDirectory();
afterEach(() => vi.restoreAllMocks());

it("says where the service was last, of each database by itself", () => {
  const [one, other] = ["one", "other"].map((name) => ({
    persistTo: join(scratch.path, name),
    config: undefined,
  }));
  if (!one || !other) throw new Error("two are needed");
  expect(lastOrigin(one)).toBe("http://localhost:8787");
  rememberOrigin(one, "http://localhost:8790");
  expect([lastOrigin(one), lastOrigin(other)]).toEqual(["http://localhost:8790", "http://localhost:8787"]);
});

it("says so each time that a file of variables is edited, replaced or made, and no more when it is stopped", async () => {
  const [edited = "", made = ""] = [".dev.vars", ".dev.vars.staging"].map((name) => join(scratch.path, name));
  writeFileSync(edited, "A=1\n");
  const said: string[] = [];
  const stop = watchVariables([edited, made], (file) => said.push(file));
  const says = (...files: string[]) => vi.waitFor(() => expect(said).toEqual(files), { timeout: 15_000 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  appendFileSync(edited, "B=2\n");
  await says(edited);
  // As editors save.
  writeFileSync(`${edited}~`, "A=2\n");
  renameSync(`${edited}~`, edited);
  await says(edited, edited);
  writeFileSync(made, "C=3\n");
  await says(edited, edited, made);
  stop();
}, 60_000);

it("knows which files these are", () => {
  const where = { config: "there/wrangler.toml", env: undefined, envFiles: [] };
  expect(variableFiles(where)).toEqual([join("there", ".dev.vars")]);
  expect(variableFiles({ ...where, env: "staging" })).toContain(join("there", ".dev.vars.staging"));
  expect(variableFiles({ ...where, envFiles: ["other.env"] })).toEqual(["other.env"]);
});

it("takes a port that no connection is lent meanwhile", async () => {
  const port = await anyFreePort();
  expect(port).toBeLessThan(32_768);
  expect(await isPortFree(port)).toBe(true);
});

it("reads the port of a wrangler that is ready, and of nothing else", () => {
  expect(readyPort('{"event":"DEV_SERVER_READY","ip":"localhost","port":8790}')).toBe(8790);
  for (const other of [null, {}, "", '{"event":"OTHER"}']) expect(readyPort(other)).toBeNull();
});
