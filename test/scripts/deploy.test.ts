import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
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

// Each deployment is five wranglers, and the machine may have other things to do.
vi.setConfig({ testTimeout: 240_000 });

/** An account at Cloudflare of its own, and `npm run deploy` into it. */
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

// Much of a wrangler's time is waiting, and every account is its own.
describe.concurrent("succeeds", () => {
  // That it does nothing of it twice is shown by ./documented.test.ts.
  it("makes what is missing, migrates before the code is there, and deploys", () =>
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
      const [made, ...rest] = account.deeds;
      expect(made).toBe("make D1 gatehouse");
      expect(rest.filter((deed) => deed.startsWith("migrate")).length).toBeGreaterThanOrEqual(5);
      expect(rest.slice(-3)).toEqual(["make KV gatehouse-kv", "make R2 gatehouse-avatars", "deploy"]);
      expect(account.secrets?.sort()).toEqual(["AUTH_SECRET", "MAIL_API_KEY"]);
      expect(first.out).toMatch(/^ {2}Migrated the database: 0000_init\.sql, 0001_\w+\.sql, /m);
      expect(first.out).toContain("Made a random AUTH_SECRET");
      expect(first.out).toContain(`${origin} is well`);
      // Nobody was at a terminal, so it is in no log.
      expect(first.out).not.toMatch(/^ +[\w-]{64}$/m);
    }));

  it("rehearses without asking Cloudflare anything", async () => {
    // Whether their secrets are there is not known, and nobody's mistake.
    const others = [
      `SMS_PROVIDER:twilio`,
      `SMS_TWILIO_ACCOUNT_SID:AC${"0".repeat(32)}`,
      "SMS_FROM:+15005550006",
    ];
    const google = "SOCIAL_GOOGLE_CLIENT_ID:x";
    const { code, out, err } = await deploy(
      { CLOUDFLARE_API_TOKEN: "" },
      ...["--dry-run", ...vars, ...others, google],
    );
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("This was a dry run");
    expect(out).toContain(
      "Taken to be there, and not looked at: AUTH_SECRET, MAIL_API_KEY, SMS_TWILIO_AUTH_TOKEN, SOCIAL_GOOGLE_CLIENT_SECRET.",
    );
  });
});

describe.concurrent("refuses", () => {
  it("a secret that is given and that the service would not start with, in a rehearsal too", async () => {
    const path = join(scratch.path, "short.json");
    writeFileSync(path, '{"AUTH_SECRET": "short"}');
    const { code, err } = await deploy({}, "--dry-run", "--secrets-file", path, ...vars);
    expect(code).toBe(1);
    expect(err).toContain("AUTH_SECRET must have 32 bytes at least\n      correct it in the file");
    expect(err).not.toContain("MAIL_API_KEY");
  });

  it("development that nobody has said is meant, and what it alone may have", async () => {
    const development = ["--var", "ENVIRONMENT:development", "RATE_LIMITS:off"];
    const { code, err } = await deploy({ CLOUDFLARE_API_TOKEN: "" }, "--dry-run", ...vars, ...development);
    expect(code).toBe(1);
    expect(err).toMatch(/^ {2}ENVIRONMENT is development: .*\n {6}.*npm run deploy -- --allow-development$/m);
    expect(err).toMatch(/^ {2}RATE_LIMITS /m);
    expect(err).toContain("Nothing was changed.");
  });

  it("to change anything while the service would not start, and says how each is mended", () =>
    withAccount(async ({ account, env }) => {
      const [bare, keyless] = await Promise.all([deploy(env), deploy(env, ...vars)]);
      expect([bare.code, bare.out.trim(), account.deeds]).toEqual([1, "", []]);
      expect(bare.err).toContain(
        'PUBLIC_URL must be set\n      put it into [vars] of wrangler.toml: PUBLIC_URL = "https://',
      );
      expect(keyless.err).toContain(
        "MAIL_API_KEY must be set: the provider's API key\n      npx wrangler secret put MAIL_API_KEY",
      );
      expect(account.deeds).toEqual([]);
    }));

  it("to make a secret without a yes, --yes included", () =>
    withAccount(async ({ account, env }) => {
      const { code, err } = await deploy(env, "--yes", "--secrets-file", secretsFile, ...vars);
      expect(code).toBe(1);
      expect(err).toContain("openssl rand -base64 48 | npx wrangler secret put AUTH_SECRET");
      expect(err).toContain("npm run deploy -- --make-secret");
      expect([account.deeds, account.secrets]).toEqual([[], null]);
    }));

  it("to deploy code whose migration failed", () =>
    withAccount(async ({ account, env }) => {
      account.secrets = ["AUTH_SECRET", "MAIL_API_KEY"];
      account.refuseSql = /account_search/;
      const { code, err } = await deploy(env, "--no-health", ...vars);
      expect(code).toBe(1);
      expect(err).toContain("wrangler d1 migrations apply DB --remote failed.");
      expect(account.deeds).not.toContain("deploy");
    }));

  it("with the mend: no login, an environment that is not there, a file that is not there", async () => {
    const nobody = { CLOUDFLARE_API_TOKEN: "", HOME: scratch.path };
    const [login, environment, file] = await Promise.all([
      deploy(nobody, ...vars),
      deploy(nobody, "--env", "staging", ...vars),
      deploy(nobody, "--secrets-file", join(scratch.path, "nowhere"), ...vars),
    ]);
    expect(login.err).toContain("npx wrangler login");
    expect(environment.err).toContain("The configuration has no [env.staging]");
    expect(file.err).toContain("--secrets-file: there is no");
    expect([login.code, environment.code, file.code]).toEqual([1, 1, 1]);
  });
});
