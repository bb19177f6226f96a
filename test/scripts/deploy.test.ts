import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkInstallation } from "../../scripts/shared/link-installation.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { startCloudflareApi } from "./cloudflare/api.ts";
import { runScript } from "./run-script.ts";

const VARS = [
  "PUBLIC_URL:https://auth.example.com",
  "MAIL_PROVIDER:resend",
  "MAIL_FROM:Example <x@example.com>",
];
const vars = VARS.flatMap((pair) => ["--var", pair]);
const scratch = createScratchDirectory();
const secretsFile = join(scratch.path, "secrets.env");

let service: Server;
let origin: string;
beforeAll(async () => {
  writeFileSync(secretsFile, "MAIL_API_KEY=re_example\n");
  service = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(request.url === "/healthz" ? { success: true } : { keys: [{ kid: "a" }] }));
  });
  await new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterAll(() => {
  service.close();
  scratch.remove();
});

/** Runs `use` with a fake Cloudflare account of its own. */
async function withAccount<T>(
  use: (api: Awaited<ReturnType<typeof startCloudflareApi>>) => Promise<T>,
): Promise<T> {
  const api = await startCloudflareApi();
  try {
    return await use(api);
  } finally {
    api.close();
  }
}

const deploy = (env: Record<string, string>, ...args: string[]) =>
  runScript("deploy", args, { NODE_ENV: "", CI: "true", XDG_CONFIG_HOME: scratch.path, ...env });

// Concurrent, since wrangler mostly waits and the accounts are independent.
describe.concurrent("npm run deploy", () => {
  // documented.test.ts covers the second deployment, which creates nothing.
  it("creates missing resources, migrates, then deploys", () =>
    withAccount(async ({ account, env }) => {
      const first = await deploy(
        env,
        "--make-secret",
        "--secrets-file",
        secretsFile,
        "--health-url",
        origin,
        ...vars,
      );
      expect([first.code, first.err]).toEqual([0, ""]);
      const [created, ...rest] = account.changes;
      expect(created).toBe("create D1 gatehouse");
      expect(rest.filter((change) => change.startsWith("migrate")).length).toBeGreaterThanOrEqual(5);
      expect(rest.slice(-3)).toEqual(["create KV gatehouse-kv", "create R2 gatehouse-avatars", "deploy"]);
      expect(account.secrets?.sort()).toEqual(["AUTH_SECRET", "MAIL_API_KEY"]);
      expect(first.out).toMatch(/^ {2}Migrated the database: 0000_init\.sql, 0001_\w+\.sql, /m);
      expect(first.out).toContain("Generated a random AUTH_SECRET");
      expect(first.out).toContain(`${origin} is healthy`);
      // Without a terminal the secret is not printed.
      expect(first.out).not.toMatch(/^ +[\w-]{64}$/m);
    }));

  it("--dry-run sends Cloudflare no request", async () => {
    // Their secrets are unknown in a dry run, and no error.
    const others = [
      `SMS_PROVIDER:twilio`,
      `SMS_TWILIO_ACCOUNT_SID:AC${"0".repeat(32)}`,
      "SMS_FROM:+15005550006",
      "SMS_COUNTRIES:+1",
    ];
    const google = "SOCIAL_GOOGLE_CLIENT_ID:x";
    const { code, out, err } = await deploy(
      { CLOUDFLARE_API_TOKEN: "" },
      ...["--dry-run", ...vars, ...others, google],
    );
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("This was a dry run");
    expect(out).toContain(
      "Assumed to be set: AUTH_SECRET, MAIL_API_KEY, SMS_TWILIO_AUTH_TOKEN, SOCIAL_GOOGLE_CLIENT_SECRET.",
    );
  });
});

describe.concurrent("npm run deploy refuses", () => {
  it("refuses an invalid secret of the secrets file, also in a dry run", async () => {
    const path = join(scratch.path, "short.json");
    writeFileSync(path, '{"AUTH_SECRET": "short"}');
    const { code, err } = await deploy({}, "--dry-run", "--secrets-file", path, ...vars);
    expect(code).toBe(1);
    expect(err).toContain("AUTH_SECRET must have 32 bytes at least\n      correct it in the file");
    expect(err).not.toContain("MAIL_API_KEY");
  });

  it("refuses an invalid gatehouse.clients.json before it changes anything", async () => {
    const directory = join(scratch.path, "clients");
    mkdirSync(directory);
    const config = linkInstallation(directory);
    const clients = [{ id: "web", name: "Web", redirectUris: ["http://app.example.com/"] }];
    writeFileSync(join(directory, "gatehouse.clients.json"), JSON.stringify({ clients }));
    const { code, err } = await deploy(
      { CLOUDFLARE_API_TOKEN: "" },
      "--dry-run",
      "--config",
      config,
      ...vars,
    );
    expect(code).toBe(1);
    expect(err).toMatch(/gatehouse\.clients\.json, client web:\n+ {2}redirectUris: /);
  });

  it("refuses development settings without --allow-development", async () => {
    const development = ["--var", "ENVIRONMENT:development", "RATE_LIMITS:off"];
    const { code, err } = await deploy({ CLOUDFLARE_API_TOKEN: "" }, "--dry-run", ...vars, ...development);
    expect(code).toBe(1);
    expect(err).toMatch(/^ {2}ENVIRONMENT is development: .*\n {6}.*npm run deploy -- --allow-development$/m);
    expect(err).toMatch(/^ {2}RATE_LIMITS /m);
    expect(err).toContain("Nothing was changed.");
  });

  it("refuses to change anything with an invalid configuration, and states each fix", () =>
    withAccount(async ({ account, env }) => {
      const [bare, keyless] = await Promise.all([deploy(env), deploy(env, ...vars)]);
      expect([bare.code, bare.out.trim(), account.changes]).toEqual([1, "", []]);
      expect(bare.err).toContain(
        'PUBLIC_URL must be set\n      set it in [vars] of wrangler.toml: PUBLIC_URL = "https://',
      );
      expect(keyless.err).toContain(
        "MAIL_API_KEY must be set: the provider's API key\n      npx wrangler secret put MAIL_API_KEY",
      );
      expect(account.changes).toEqual([]);
    }));

  it("refuses to generate AUTH_SECRET without a confirmation, also with --yes", () =>
    withAccount(async ({ account, env }) => {
      const { code, err } = await deploy(env, "--yes", "--secrets-file", secretsFile, ...vars);
      expect(code).toBe(1);
      expect(err).toContain("openssl rand -base64 48 | npx wrangler secret put AUTH_SECRET");
      expect(err).toContain("npm run deploy -- --make-secret");
      expect([account.changes, account.secrets]).toEqual([[], null]);
    }));

  it("refuses to deploy the code after a failed migration", () =>
    withAccount(async ({ account, env }) => {
      account.secrets = ["AUTH_SECRET", "MAIL_API_KEY"];
      account.refuseSql = /account_search/;
      const { code, err } = await deploy(env, "--no-health", ...vars);
      expect(code).toBe(1);
      expect(err).toContain("wrangler d1 migrations apply DB --remote failed.");
      expect(account.changes).not.toContain("deploy");
    }));

  it("states the fix for a missing login, environment and secrets file", async () => {
    const loggedOut = { CLOUDFLARE_API_TOKEN: "", HOME: scratch.path };
    const [login, environment, file] = await Promise.all([
      deploy(loggedOut, ...vars),
      deploy(loggedOut, "--env", "staging", ...vars),
      deploy(loggedOut, "--secrets-file", join(scratch.path, "nowhere"), ...vars),
    ]);
    expect(login.err).toContain("npx wrangler login");
    expect(environment.err).toContain("The configuration has no [env.staging]");
    expect(file.err).toContain("--secrets-file: cannot read");
    expect([login.code, environment.code, file.code]).toEqual([1, 1, 1]);
  });
});
