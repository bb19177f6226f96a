import type { Hono } from "hono";
import { expect, it } from "vitest";
import * as z from "zod/mini";
import { examplesForTest } from "../../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../../scripts/check/examples/pages.ts";
import { keyNameField, lifetimeField, resourceField, scopesField } from "../../../src/api-keys/fields.ts";
import { newApiKey } from "../../../src/api-keys/key-format.ts";
import type { ApiKey, AuthServiceBinding } from "../../../src/client/auth-service.ts";
import { importExample } from "../support/documented-module.ts";
import { SESSION } from "./fake-gatehouse.ts";

const takeExample = examplesForTest("unit/client/documented-keys", readPages().values());

const KEY: ApiKey = {
  id: "4fGh1KmP9sTw",
  name: "Backup script",
  userId: "ada",
  resource: "https://notes.example.com",
  scopes: ["notes:read"],
  role: "user",
  email: "ada@example.com",
  emailVerified: true,
  userName: "Ada",
  expiresAt: null,
};

/** `gth_good` has the scope `notes:read`, and `access-1` is a token. */
const auth = {
  verifyApiKey: async (key: string, { scopes = [] }: { scopes?: string[] } = {}) => {
    if (key !== "gth_good") return { ok: false, reason: "key_invalid" };
    return scopes.includes("notes:read")
      ? { ok: true, key: KEY }
      : { ok: false, reason: "insufficient_scope" };
  },
  verifyToken: async (token: string) =>
    token === "access-1" ? { ok: true, session: SESSION } : { ok: false, reason: "token_invalid" },
} as unknown as AuthServiceBinding;

it("docs/api-keys.md: the API accepts keys and tokens", async () => {
  const { default: app } = await importExample<{ default: Hono }>(takeExample("guarded"), "ts");
  const ask = async (credential: string) => {
    const headers = { Authorization: `Bearer ${credential}` };
    const answer = await app.request("/notes", { headers }, { AUTH: auth });
    return [answer.status, answer.status === 200 ? await answer.text() : null];
  };
  expect(await ask("gth_good")).toEqual([200, "Notes of ada"]);
  expect(await ask("access-1")).toEqual([200, `Notes of ${SESSION.userId}`]);
  expect(await ask("gth_bad")).toEqual([401, null]);
  expect(await ask("access-2")).toEqual([401, null]);
});

it("docs/api-keys.md: the call without the client returns the owner", async () => {
  type Example = { ownerOf(auth: AuthServiceBinding, key: string): Promise<string | null> };
  const { ownerOf } = await importExample<Example>(takeExample("owner-of"), "ts");
  expect([await ownerOf(auth, "gth_good"), await ownerOf(auth, "gth_bad")]).toEqual(["ada", null]);
});

it("docs/api-keys.md: the scanner finds the keys in a text, and no text that only looks like one", async () => {
  const { findKeys } = await importExample<{ findKeys(text: string): string[] }>(
    takeExample("checksum"),
    "js",
  );
  const first = (await newApiKey()).key;
  const second = (await newApiKey()).key;
  const lookalike = `${first.slice(0, -1)}${first.endsWith("0") ? "1" : "0"}`;
  expect(findKeys(`KEY=${first}\n{"key":"${second}"} ${lookalike} ${first}0`)).toEqual([first, second]);
});

it("docs/api-keys.md: the request that creates a key is valid", () => {
  const body = z.strictObject({
    name: keyNameField,
    resource: resourceField,
    scopes: scopesField,
    expiresInDays: lifetimeField,
  });
  expect(body.safeParse(JSON.parse(takeExample("creation").code)).success).toBe(true);
});
