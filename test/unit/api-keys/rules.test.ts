import { describe, expect, it } from "vitest";
import type { StoredApiKey } from "../../../src/api-keys/api-key.ts";
import { chooseKeyScopes, isUseNews, judgeApiKey } from "../../../src/api-keys/rules.ts";

const NOTES = {
  uri: "https://notes.example.com",
  alias: "notes",
  scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
};
const BARE = { uri: "https://bare.example.com", alias: null, scopes: {} };
const NOW = 1_000_000_000;
const HOUR = 3_600_000;
const PRESENTED = { id: "4fGh1KmP9sTw", secretHash: "hash" };

const STORED: StoredApiKey = {
  ...PRESENTED,
  name: "Backup script",
  resource: NOTES.uri,
  scopes: ["notes:read"],
  createdAt: 0,
  expiresAt: NOW + 1,
  lastUsedAt: null,
  accountId: "a",
  role: "user",
  email: "ada@example.com",
  emailVerified: true,
  ownerName: "Ada",
};

const judge = (stored: StoredApiKey | null, required: { audience?: string; scopes?: string[] } = {}) => {
  const { audience = null, scopes = [] } = required;
  return judgeApiKey(PRESENTED, stored, { audience, scopes, resources: [NOTES, BARE], now: NOW });
};

describe("judgeApiKey", () => {
  it("accepts a key, without the hash of its secret", () => {
    const { secretHash: _hash, ...key } = STORED;
    for (const audience of [undefined, NOTES.uri, "notes"])
      expect(judge(STORED, { audience, scopes: ["notes:read"] })).toEqual({ ok: true, value: key });
    expect(judge({ ...STORED, expiresAt: null }).ok).toBe(true);
  });

  it.each([
    ["key_invalid", null, {}],
    ["key_invalid", { ...STORED, secretHash: "other" }, {}],
    ["key_invalid", { ...STORED, id: "other" }, {}],
    ["key_invalid", { ...STORED, secretHash: "other", expiresAt: 1 }, { audience: BARE.uri }],
    ["key_expired", { ...STORED, expiresAt: NOW }, {}],
    ["audience_mismatch", STORED, { audience: BARE.uri }],
    ["audience_mismatch", STORED, { audience: "" }],
    ["audience_mismatch", { ...STORED, resource: "https://gone.example.com" }, {}],
    ["audience_mismatch", { ...STORED, resource: BARE.uri }, { audience: "null" }],
    ["insufficient_scope", STORED, { scopes: ["notes:write"] }],
    ["insufficient_scope", STORED, { scopes: ["notes:read", "notes:write"] }],
    ["insufficient_scope", { ...STORED, scopes: ["notes:delete"] }, { scopes: ["notes:delete"] }],
  ] as const)("refuses with %s", (reason, stored, required) => {
    expect(judge(stored, required as { audience?: string; scopes?: string[] })).toEqual({
      ok: false,
      error: reason,
    });
  });

  it("drops a scope that the resource does not have any more", () => {
    const judged = judge({ ...STORED, scopes: ["notes:delete", "notes:read", "toString"] });
    expect(judged.ok && judged.value.scopes).toEqual(["notes:read"]);
  });
});

describe("chooseKeyScopes", () => {
  it("sorts them, each once", () => {
    const chosen = chooseKeyScopes(NOTES, ["notes:write", "notes:read", "notes:write"]);
    expect(chosen).toEqual({ ok: true, value: ["notes:read", "notes:write"] });
    expect(chooseKeyScopes(BARE, [])).toEqual({ ok: true, value: [] });
  });

  it.each([
    [NOTES, ["notes:read", "notes:delete"], "unknown_scope"],
    [NOTES, ["toString"], "unknown_scope"],
    [BARE, ["notes:read"], "unknown_scope"],
    [NOTES, [], "no_scope"],
  ] as const)("refuses other scopes, and none where there are some", (resource, scopes, error) => {
    expect(chooseKeyScopes(resource, scopes)).toEqual({ ok: false, error });
  });
});

describe("isUseNews", () => {
  it.each([
    [null, true],
    [NOW - HOUR, true],
    [NOW - HOUR + 1, false],
    [NOW, false],
  ])("a use after one at %j is stored: %s", (lastUsedAt, expected) => {
    expect(isUseNews({ lastUsedAt }, NOW)).toBe(expected);
  });
});
