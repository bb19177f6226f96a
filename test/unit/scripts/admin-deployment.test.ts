import { describe, expect, it } from "vitest";
import { linkBase } from "../../../scripts/admin/create-superuser.ts";
import { readSecret, refuseForeignSecret } from "../../../scripts/admin/deployment-secret.ts";
import { remoteConfig } from "../../../scripts/admin/remote-config.ts";
import { formatError } from "../../../scripts/shared/format-error.ts";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";

const deployed = {
  name: "gatehouse",
  account_id: "the-account",
  compliance_region: undefined,
  compatibility_date: "2026-11-01",
  vars: { PUBLIC_URL: "https://auth.example.com", MAIL_API_KEY: "mistakenly here" },
  r2_buckets: [{ binding: "AVATARS" }],
  d1_databases: [
    { binding: "OTHER", database_id: "other-id" },
    { binding: "DB", database_name: "gatehouse", database_id: "db-id", preview_database_id: "preview-id" },
  ],
  kv_namespaces: [{ binding: "KV", id: "kv-id", preview_id: "preview-kv" }],
};

const textOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "not refused";
};

describe("the remote configuration", () => {
  it("has the deployed database and KV as remote bindings, and nothing else", () => {
    expect(remoteConfig(deployed)).toEqual({
      name: "gatehouse",
      account_id: "the-account",
      compliance_region: undefined,
      compatibility_date: "2026-11-01",
      d1_databases: [{ binding: "DB", database_name: "gatehouse", database_id: "db-id", remote: true }],
      kv_namespaces: [{ binding: "KV", id: "kv-id", remote: true }],
    });
  });

  it("is refused where the configuration does not know them", async () => {
    const without = { ...deployed, d1_databases: [{ binding: "DB", database_name: "gatehouse" }] };
    expect(await textOf(() => remoteConfig(without))).toMatch(/no database_id of DB, .*wrangler deploy/);
    const empty = { ...deployed, d1_databases: [], kv_namespaces: [] };
    expect(await textOf(() => remoteConfig(empty))).toContain("no database_id of DB and no id of KV");
  });
});

describe("where a link leads", () => {
  const remote = (PUBLIC_URL?: string) => ({ isRemote: true, variables: { PUBLIC_URL } });

  it("is PUBLIC_URL, --url before it, which on a laptop is known as well", () => {
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

  it("has to be known for a remote database, and https", async () => {
    expect(await textOf(() => linkBase(remote()))).toContain("--url https://auth.example.com");
    expect(await textOf(() => linkBase(remote("http://auth.example.com")))).toContain(
      "PUBLIC_URL must be an https",
    );
  });

  it.each([
    "auth.example.com",
    "https://auth.example.com/path",
    "https://a:b@auth.example.com",
    "https://a.example/?x",
  ])("is not %s", async (url) =>
    expect(await textOf(() => linkBase(remote(), url))).toContain("--url must be an https URL"),
  );
});

describe("the deployment's secret", () => {
  const SECRET = "a root secret of the unit tests, long enough";
  const key = (sealedBy: string, createdAt: number) => ({
    kid: `${createdAt}`,
    publicJwk: "",
    sealedPrivateJwk: "",
    sealedBy,
    createdAt,
    signsFrom: -createdAt,
    signsUntil: 0,
  });
  const among = (isRemote: boolean, ...keys: ReturnType<typeof key>[]) => ({
    platform: { isRemote },
    signingKeys: { list: async () => keys },
  });

  it("is the one that sealed the newest signing key", async () => {
    const ring = await createSecretRing(SECRET);
    const { id } = ring.current;
    expect(await textOf(() => refuseForeignSecret(among(true, key("old", 1), key(id, 2)), ring))).toBe(
      "not refused",
    );
    expect(await textOf(() => refuseForeignSecret(among(true, key(id, 1), key("new", 2)), ring))).toMatch(
      /^AUTH_SECRET is not the one/,
    );
  });

  it("cannot be known before there is a key, and a laptop's own is believed", async () => {
    const ring = await createSecretRing(SECRET);
    expect(await textOf(() => refuseForeignSecret(among(true), ring))).toContain("no signing key yet");
    expect(await textOf(() => refuseForeignSecret(among(false), ring))).toBe("not refused");
  });

  it("has to be there, and is repeated nowhere", async () => {
    const read = (AUTH_SECRET?: string) =>
      textOf(() => readSecret({ isRemote: true, variables: { AUTH_SECRET } }));
    expect(await read()).toContain("export AUTH_SECRET");
    expect(await read(" ")).toContain("AUTH_SECRET is not set");
    expect(await read("too-short-a-secret")).toBe("AUTH_SECRET must have 32 bytes at least.");
  });
});

describe("what went wrong, in a sentence", () => {
  // As wrangler 4.156 throws them; those of the API come from its own errors, which have notes.
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
  ])("%s", (error, mend) => {
    const said = formatError(error, true);
    expect(said).toContain(mend);
    expect(said).not.toMatch(/\n|\bat .*:\d+/);
  });

  it("keeps the first line of what it does not know, without its controls", () => {
    expect(formatError(new Error("odd\u001b[31m thing\n    at file.js:1:1"), false)).toBe(
      "odd\\u{1b}[31m thing",
    );
    expect(formatError("text", false)).toBe("Something failed, and said nothing.");
  });
});
