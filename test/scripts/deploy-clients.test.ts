import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readDeployOptions } from "../../scripts/deploy/command-line.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { linkInstallation } from "../../scripts/shared/link-installation.ts";
import { startCloudflareApi } from "./cloudflare/api.ts";
import { createInstallation, type Installation, openPlatform } from "./dev-service.ts";

const opened = vi.hoisted(() => ({ platform: null as unknown }));

// The fake API has no remote bindings, so that a local D1 stands for the deployed one. Everything else is the deployment.
vi.mock("../../scripts/admin/remote-platform.ts", () => ({
  withRemotePlatform: (_options: unknown, use: (platform: unknown) => unknown) => use(opened.platform),
}));

const WEB = { id: "web", name: "Web", redirectUris: ["https://app.example.com/callback"] };
const SPA = { ...WEB, id: "spa", name: "Spa", type: "public" };

let installation: Installation;
let database: Awaited<ReturnType<typeof openPlatform>>;
let api: Awaited<ReturnType<typeof startCloudflareApi>>;
let directory: string;
let config: string;
beforeAll(async () => {
  installation = await createInstallation();
  database = await openPlatform(installation);
  opened.platform = { ...database.platform, isRemote: true };
  api = await startCloudflareApi();
  api.account.secrets = ["AUTH_SECRET", "MAIL_API_KEY"];
  directory = join(installation.path, "deployment");
  mkdirSync(directory);
  config = linkInstallation(directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(async () => {
  api?.close();
  await database?.close();
  installation?.remove();
});

const clientRows = async () =>
  (
    await database.platform.db
      .prepare("SELECT id, name, source FROM oauth_clients ORDER BY id")
      .all<{ id: string }>()
  ).results;

/** Deploys with these clients. Returns what the command prints. */
async function deployWith(clients: readonly object[]): Promise<string> {
  writeFileSync(join(directory, "gatehouse.clients.json"), JSON.stringify({ clients }));
  for (const [name, value] of Object.entries({ ...api.env, NODE_ENV: "", CI: "true" }))
    vi.stubEnv(name, value);
  vi.stubEnv("XDG_CONFIG_HOME", directory);
  // The deployment reads the output of wrangler, which the opened database has silenced.
  vi.stubEnv("WRANGLER_LOG", "log");
  const vars = ["PUBLIC_URL:https://auth.example.com", "MAIL_PROVIDER:resend", "MAIL_FROM:x@example.com"];
  const printed: string[] = [];
  const options = readDeployOptions(["--config", config, "--no-health", "--var", ...vars]);
  await deploy(options, (text) => void printed.push(text));
  return printed.join("\n");
}

describe("npm run deploy with a gatehouse.clients.json", () => {
  it("registers, changes and removes its clients after the upload, and prints no secret into a log", async () => {
    const first = await deployWith([WEB, SPA]);
    expect(api.account.changes.at(-1)).toBe("deploy");
    expect(first).toContain("Registered the clients web, spa.");
    expect(first).toContain("web has a new secret, which is not printed here");
    expect(first).not.toMatch(/gths_/);
    expect(await clientRows()).toEqual([
      { id: "spa", name: "Spa", source: "configuration" },
      { id: "web", name: "Web", source: "configuration" },
    ]);
    expect(await deployWith([WEB, SPA])).toContain("The clients are up to date.");
    const third = await deployWith([{ ...WEB, name: "Renamed" }]);
    expect(third).toContain("Updated the clients web.\nRemoved the clients spa");
    expect(await clientRows()).toEqual([{ id: "web", name: "Renamed", source: "configuration" }]);
  });

  it("changes no client when the migration fails, so that nothing is uploaded", async () => {
    const before = await clientRows();
    api.account.refuseSql = /./;
    const refused = deployWith([{ ...WEB, id: "other" }]);
    await expect(refused).rejects.toThrow("wrangler d1 migrations apply DB --remote failed");
    api.account.refuseSql = null;
    expect(await clientRows()).toEqual(before);
  });
});
