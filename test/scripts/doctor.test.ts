import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCloudflareApi } from "./cloudflare/api.ts";
import { createInstallation, type Installation, SECRET, startService } from "./dev-service.ts";
import { runScript } from "./run-script.ts";

let installation: Installation;
let service: Awaited<ReturnType<typeof startService>>;
beforeAll(async () => {
  installation = await createInstallation();
  service = await startService(installation);
});
afterAll(async () => {
  await service?.stop();
  installation?.remove();
});

const doctor = (env: Record<string, string>, ...args: string[]) =>
  runScript("doctor", ["--no-dns", ...args], { AUTH_SECRET: "", AUTH_SECRET_PREVIOUS: "", ...env });
const local = (...args: string[]) =>
  doctor({}, "--config", installation.config, "--persist-to", installation.persistTo, ...args);
const envFile = (name: string, lines: string) => {
  const path = join(installation.path, name);
  writeFileSync(path, lines);
  return path;
};

describe("npm run doctor", () => {
  it("reports no failure for a running service of npm run dev", async () => {
    await fetch(`${service.origin}/.well-known/jwks.json`);
    const { code, out, err } = await local();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^ok {4}migrations +all \d+ are applied$/m);
    expect(out).toMatch(/^ok {4}configuration +the service would start with it$/m);
    expect(out).toMatch(/^ok {4}signing keys +AUTH_SECRET opens the newest$/m);
    expect(out).toMatch(/^ok {4}mail +goes to the development mailbox/m);
    expect(out).toContain("0 failed");
    expect(out).not.toContain(SECRET);
  });

  it("prints a fix for each failure and exits with 1", async () => {
    const path = envFile(
      "short.env",
      "AUTH_SECRET=too short, and not to be shown\nENVIRONMENT=development\nLOGIN_OTP=sometimes\n",
    );
    const { code, out } = await local("--env-file", path);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^FAIL {2}configuration +AUTH_SECRET must have 32 bytes at least\n +→ correct it in/m,
    );
    expect(out).toMatch(/^FAIL {2}configuration +LOGIN_OTP must be off, new_device or always$/m);
    expect(out).not.toContain("not to be shown");
  });

  it("reports an AUTH_SECRET of another database, and a previous secret that is still needed", async () => {
    await fetch(`${service.origin}/.well-known/jwks.json`);
    const other = "AUTH_SECRET=another root secret, of 32 bytes or more\nENVIRONMENT=development\n";
    const [foreign, rotating] = await Promise.all([
      local("--env-file", envFile("foreign.env", other)),
      local("--env-file", envFile("rotating.env", `${other}AUTH_SECRET_PREVIOUS=${SECRET}\n`)),
    ]);
    expect(foreign.out).toMatch(/^FAIL {2}signing keys +the newest is sealed by a secret that is neither/m);
    expect(rotating.out).toMatch(/^ok {4}AUTH_SECRET_PREVIOUS +still needed: 2 signing keys/m);
    expect([foreign.code, rotating.code]).toEqual([1, 0]);
  });

  it("reports a missing local database, and refuses an unknown option", async () => {
    const missing = join(installation.path, "nowhere");
    const { code, out } = await local("--persist-to", missing);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}migrations +there is no local database in .*\n +→ npm run dev$/m);
    const unknown = await doctor({}, "--remotely");
    expect([unknown.code, unknown.err.split("\n")[0]]).toEqual([1, "error: unknown option '--remotely'"]);
  });
});

describe("npm run doctor -- --url", () => {
  it("checks the public endpoints of a running service", async () => {
    const { code, out } = await doctor({}, "--url", service.origin);
    expect(out).toMatch(/^ok {4}health +\S+ responds and has 2 signing keys$/m);
    expect(out).toMatch(/^ok {4}cookies +__Host-, Secure, for this host only$/m);
    // `wrangler dev` has no PUBLIC_URL here, so the service uses the default.
    expect(out).toMatch(/^FAIL {2}PUBLIC_URL +it is http:\/\/localhost:8787, but the service responds at/m);
    expect(code).toBe(1);
  });

  it("reports a service that does not respond", async () => {
    const { code, out } = await doctor({}, "--url", "http://127.0.0.1:9");
    expect(out).toMatch(
      /^FAIL {2}health +http:\/\/127.0.0.1:9 does not respond\n +→ route the domain to the Worker/m,
    );
    expect(code).toBe(1);
  });
});

describe("npm run doctor -- --remote", () => {
  it("reports what is missing at Cloudflare and in the configuration, and changes nothing", async () => {
    const api = await startCloudflareApi();
    const config = join(installation.path, "deployed.toml");
    const vars =
      '\n[vars]\nPUBLIC_URL = "https://127.0.0.1:9"\nMAIL_PROVIDER = "resend"\nMAIL_FROM = "x@mail.example.com"\n' +
      'ALLOWED_ORIGINS = "https://app.elsewhere.dev"\nSMS_VONAGE_API_SECRET = "shown"\n';
    writeFileSync(
      config,
      readFileSync("wrangler.toml", "utf8").replace('"17 * * * *"', '"18 * * * *"') + vars,
    );
    const remote = () => doctor(api.env, "--remote", "--config", config);
    try {
      const empty = await remote();
      expect(empty.out).toMatch(/^FAIL {2}secrets +Cloudflare has no Worker of this name$/m);
      expect(empty.out).toMatch(
        /^FAIL {2}migrations +Cloudflare has no database gatehouse\n +→ npm run deploy$/m,
      );
      api.account.secrets = ["AUTH_SECRET", "AUTH_SECRET_PREVIOUS"];
      await fetch(`${api.env.CLOUDFLARE_API_BASE_URL}/accounts/an-account/d1/database`, {
        method: "POST",
        body: JSON.stringify({ name: "gatehouse" }),
      });
      const { code, out } = await remote();
      expect(code).toBe(1);
      expect(out).toMatch(
        /^FAIL {2}configuration +MAIL_API_KEY must be set.*\n +→ npx wrangler secret put MAIL_API_KEY$/m,
      );
      expect(out).toMatch(/^FAIL {2}migrations +(\d+) of \1 are not applied: 0000_init.sql/m);
      expect(out).toMatch(/^FAIL {2}cron +no trigger "17 \* \* \* \*"/m);
      expect(out).toMatch(/^FAIL {2}secrets +SMS_VONAGE_API_SECRET is in \[vars\]/m);
      expect(out).toMatch(/^FAIL {2}mail +mail\.example\.com is reserved \(RFC 2606\)/m);
      expect(out).toMatch(/^warn {2}origins +https:\/\/app\.elsewhere\.dev is another site/m);
      expect(out).toMatch(/^FAIL {2}health +https:\/\/127\.0\.0\.1:9 does not respond$/m);
      expect(out).toMatch(/^-- {4}secrets +AUTH_SECRET_PREVIOUS is set/m);
      expect(api.account.changes).toEqual(["create D1 gatehouse"]);
    } finally {
      api.close();
    }
  });
});
