import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startCloudflareApi } from "./cloudflare/api.ts";
import { createHouse, type House, SECRET, serve } from "./dev-service.ts";
import { runScript } from "./run-script.ts";

// Each look is several wranglers, and the machine may have other things to do.
vi.setConfig({ testTimeout: 180_000 });

let house: House;
let service: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  house = await createHouse();
  service = await serve(house);
});
afterAll(async () => {
  await service?.stop();
  house?.remove();
});

const doctor = (env: Record<string, string>, ...args: string[]) =>
  runScript("doctor", ["--no-dns", ...args], { AUTH_SECRET: "", AUTH_SECRET_PREVIOUS: "", ...env });
const here = (...args: string[]) =>
  doctor({}, "--config", house.config, "--persist-to", house.persistTo, ...args);
const envFile = (name: string, lines: string) => {
  const path = join(house.path, name);
  writeFileSync(path, lines);
  return path;
};

describe("on this machine", () => {
  it("finds a service that npm run dev has made well, while it runs", async () => {
    await fetch(`${service.origin}/.well-known/jwks.json`);
    const { code, out, err } = await here();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^ok {4}migrations +all \d+ are applied$/m);
    expect(out).toMatch(/^ok {4}configuration +the service would start with it$/m);
    expect(out).toMatch(/^ok {4}signing keys +AUTH_SECRET opens the newest$/m);
    expect(out).toMatch(/^ok {4}mail +goes into the mailbox/m);
    expect(out).toContain("0 failed");
    expect(out).not.toContain(SECRET);
  });

  it("names what is wrong with its mend, and exits by 1", async () => {
    const path = envFile(
      "short.env",
      "AUTH_SECRET=too short, and not to be shown\nENVIRONMENT=development\nLOGIN_OTP=sometimes\n",
    );
    const { code, out } = await here("--env-file", path);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^FAIL {2}configuration +AUTH_SECRET must have 32 bytes at least\n +→ correct it in/m,
    );
    expect(out).toMatch(/^FAIL {2}configuration +LOGIN_OTP must be off, new_device or always$/m);
    expect(out).not.toContain("not to be shown");
  });

  it("knows a secret that is not the database's, and one before that is still needed", async () => {
    await fetch(`${service.origin}/.well-known/jwks.json`);
    const other = "AUTH_SECRET=another root secret, of 32 bytes or more\nENVIRONMENT=development\n";
    const [foreign, rotating] = await Promise.all([
      here("--env-file", envFile("foreign.env", other)),
      here("--env-file", envFile("rotating.env", `${other}AUTH_SECRET_PREVIOUS=${SECRET}\n`)),
    ]);
    expect(foreign.out).toMatch(/^FAIL {2}signing keys +the newest is sealed by a secret that is neither/m);
    expect(rotating.out).toMatch(/^ok {4}AUTH_SECRET_PREVIOUS +still needed: 1 signing keys/m);
    expect([foreign.code, rotating.code]).toEqual([1, 0]);
  });

  it("says so where nothing is there yet", async () => {
    const none = join(house.path, "nowhere");
    const { code, out } = await here("--persist-to", none);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}migrations +there is no local database in .*\n +→ npm run dev$/m);
    const unknown = await doctor({}, "--remotely");
    expect([unknown.code, unknown.err.split("\n")[0]]).toEqual([1, "Unknown option '--remotely'."]);
  });
});

describe("from outside", () => {
  it("sees that a running service is well", async () => {
    const { code, out } = await doctor({}, "--url", service.origin);
    expect(out).toMatch(/^ok {4}health +\S+ answers, and has 1 signing keys$/m);
    expect(out).toMatch(/^ok {4}cookies +__Host-, Secure, of this host alone$/m);
    // `wrangler dev` in this house is given no PUBLIC_URL of its own.
    expect(out).toMatch(/^FAIL {2}PUBLIC_URL +it is http:\/\/localhost:8787, and the service answers at/m);
    expect(code).toBe(1);
  });

  it("says that nobody is there", async () => {
    const { code, out } = await doctor({}, "--url", "http://127.0.0.1:9");
    expect(out).toMatch(
      /^FAIL {2}health +http:\/\/127.0.0.1:9 does not answer\n +→ give the Worker that domain/m,
    );
    expect(code).toBe(1);
  });
});

describe("on the deployed one", () => {
  it("asks Cloudflare what is there, and names each lack", async () => {
    const api = await startCloudflareApi();
    const config = join(house.path, "deployed.toml");
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
      expect(out).toMatch(/^FAIL {2}secrets +SMS_VONAGE_API_SECRET stands in \[vars\]/m);
      expect(out).toMatch(/^FAIL {2}mail +nobody can send from mail\.example\.com/m);
      expect(out).toMatch(/^warn {2}origins +https:\/\/app\.elsewhere\.dev is another site/m);
      expect(out).toMatch(/^FAIL {2}health +https:\/\/127\.0\.0\.1:9 does not answer$/m);
      expect(out).toMatch(/^-- {4}secrets +AUTH_SECRET_PREVIOUS is set/m);
      // Looking changes nothing.
      expect(api.account.deeds).toEqual(["make D1 gatehouse"]);
    } finally {
      api.close();
    }
  });
});
