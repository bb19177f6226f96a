import { describe, expect, it } from "vitest";
import { linkBase } from "../../../../scripts/admin/create-superuser.ts";
import { readSecret, requireDeploymentSecret } from "../../../../scripts/admin/deployment-secret.ts";
import { remoteConfig } from "../../../../scripts/admin/remote-platform.ts";
import { formatError } from "../../../../scripts/shared/format-error.ts";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";

const deployed = {
  name: "gatehouse",
  account_id: "the-account",
  compliance_region: undefined,
  compatibility_date: "2026-11-01",
  vars: { PUBLIC_URL: "https://auth.example.com", MAIL_API_KEY: "misplaced secret" },
  r2_buckets: [{ binding: "AVATARS" }],
  d1_databases: [
    { binding: "OTHER", database_id: "other-id" },
    { binding: "DB", database_name: "gatehouse", database_id: "db-id", preview_database_id: "preview-id" },
  ],
  kv_namespaces: [{ binding: "KV", id: "kv-id", preview_id: "preview-kv" }],
};

const errorOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "not refused";
};

describe("remoteConfig", () => {
  it("has only the deployed database and KV, as remote bindings", () => {
    expect(remoteConfig(deployed)).toEqual({
      name: "gatehouse",
      account_id: "the-account",
      compliance_region: undefined,
      compatibility_date: "2026-11-01",
      d1_databases: [{ binding: "DB", database_name: "gatehouse", database_id: "db-id", remote: true }],
      kv_namespaces: [{ binding: "KV", id: "kv-id", remote: true }],
    });
  });

  it("refuses a configuration without the ids of the database and KV", async () => {
    const without = { ...deployed, d1_databases: [{ binding: "DB", database_name: "gatehouse" }] };
    expect(await errorOf(() => remoteConfig(without))).toMatch(/no database_id of DB, .*wrangler deploy/);
    const empty = { ...deployed, d1_databases: [], kv_namespaces: [] };
    expect(await errorOf(() => remoteConfig(empty))).toContain("no database_id of DB and no id of KV");
  });
});

describe("linkBase", () => {
  const remote = (PUBLIC_URL?: string) => ({ isRemote: true, variables: { PUBLIC_URL } });

  it("returns --url, else PUBLIC_URL", () => {
    expect(linkBase(remote("https://auth.example.com/"))).toBe("https://auth.example.com");
    expect(linkBase(remote("https://auth.example.com"), "https://new.example.com")).toBe(
      "https://new.example.com",
    );
    expect(linkBase({ isRemote: false, variables: { PUBLIC_URL: "http://localhost:8790" } })).toBe(
      "http://localhost:8790",
    );
    expect(linkBase({ isRemote: false, variables: {} }, "http://localhost:8790")).toBe(
      "http://localhost:8790",
    );
  });

  it("refuses a remote database without an https origin", async () => {
    expect(await errorOf(() => linkBase(remote()))).toContain("--url https://auth.example.com");
    expect(await errorOf(() => linkBase(remote("http://auth.example.com")))).toContain(
      "PUBLIC_URL must be an https",
    );
  });

  it.each([
    "auth.example.com",
    "https://auth.example.com/path",
    "https://a:b@auth.example.com",
    "https://a.example/?x",
  ])("refuses the URL %s", async (url) =>
    expect(await errorOf(() => linkBase(remote(), url))).toContain("--url must be an https URL"),
  );
});

describe("the deployment's AUTH_SECRET", () => {
  const SECRET = "a root secret of the unit tests, long enough";
  const key = (sealedBy: string, createdAt: number) => ({
    kid: `${createdAt}`,
    alg: "ES256" as const,
    publicJwk: "",
    sealedPrivateJwk: "",
    sealedBy,
    createdAt,
    signsFrom: -createdAt,
    signsUntil: 0,
  });
  const deps = (isRemote: boolean, ...keys: ReturnType<typeof key>[]) => ({
    platform: { isRemote },
    signingKeys: { list: async () => keys },
  });

  it("accepts only the secret that sealed the newest signing key", async () => {
    const ring = await createSecretRing(SECRET);
    const { id } = ring.current;
    expect(await errorOf(() => requireDeploymentSecret(deps(true, key("old", 1), key(id, 2)), ring))).toBe(
      "not refused",
    );
    expect(await errorOf(() => requireDeploymentSecret(deps(true, key(id, 1), key("new", 2)), ring))).toMatch(
      /^AUTH_SECRET is not the secret of this service/,
    );
  });

  it("refuses a remote secret without a signing key to verify it by, and accepts a local one", async () => {
    const ring = await createSecretRing(SECRET);
    expect(await errorOf(() => requireDeploymentSecret(deps(true), ring))).toContain("no signing key yet");
    expect(await errorOf(() => requireDeploymentSecret(deps(false), ring))).toBe("not refused");
  });

  it("refuses a missing or short secret and does not repeat it", async () => {
    const read = (AUTH_SECRET?: string) =>
      errorOf(() => readSecret({ isRemote: true, variables: { AUTH_SECRET } }));
    expect(await read()).toContain("export AUTH_SECRET");
    expect(await read(" ")).toContain("AUTH_SECRET is not set");
    expect(await read("too-short-a-secret")).toBe("AUTH_SECRET must have 32 bytes at least.");
  });
});

describe("formatError", () => {
  // Errors as wrangler 4.156 throws them. Its API errors have notes.
  const session = (cause: object) =>
    new Error("Failed to start the remote proxy session. A request failed.", {
      cause: { type: "error", reason: "Error reloading remote server", cause },
    });
  const api = (text: string) => session(Object.assign(new Error("A request failed."), { notes: [{ text }] }));
  const fetchFailed = session(new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") }));

  it.each([
    [
      new Error("Not logged in. Could not authenticate because no credentials were found"),
      "npx wrangler login",
    ],
    [api("Authentication error [code: 10000]"), "npx wrangler login"],
    [api("Invalid access token [code: 9109]"), "npx wrangler login"],
    [
      api("The given account is not valid or is not authorized to access this service [code: 7403]"),
      "npx wrangler login",
    ],
    [
      new Error("More than one account available but unable to select one in non-interactive mode."),
      "CLOUDFLARE_ACCOUNT_ID",
    ],
    [fetchFailed, "Cloudflare cannot be reached."],
    [
      api("binding DB of type d1 must have a valid `database_id` specified [code: 10181]"),
      "npx wrangler d1 list",
    ],
    [new Error("This command cannot be run in a non-interactive context"), "workers.dev subdomain"],
    [
      new Error("D1_ERROR: no such table: accounts: SQLITE_ERROR"),
      "npx wrangler d1 migrations apply DB --remote",
    ],
    [
      new Error("D1_ERROR: table accounts has no column named phone: SQLITE_ERROR"),
      "migrations apply DB --remote",
    ],
    [new Error("D1_ERROR: no such table: account_search: SQLITE_ERROR"), "0003_account_search.sql"],
  ])("explains %s", (error, fix) => {
    const text = formatError(error, true);
    expect(text).toContain(fix);
    expect(text).not.toMatch(/\n|\bat .*:\d+/);
  });

  it("prints the first line of an unknown error and escapes its control characters", () => {
    expect(formatError(new Error("odd\u001b[31m thing\n    at file.js:1:1"), false)).toBe(
      "odd\\u{1b}[31m thing",
    );
    expect(formatError("text", false)).toBe("The command failed without an error message.");
  });
});
