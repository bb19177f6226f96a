import { env } from "cloudflare:workers";
import { getTableName, is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../../../src/db/schema.ts";
import { createKey, NOTES_RESOURCE } from "../../../support/api-keys.ts";
import { authorizePathOf, codeIn, newApp } from "../../../support/client-app.ts";
import { dumpDatabase, type Row } from "../../../support/database-rows.ts";
import { createDeviceClient, decide, startDevice } from "../../../support/devices.ts";
import { photoWithGps } from "../../../support/images.ts";
import { createUnreachableKv } from "../../../support/kv.ts";
import { authorizeClient, createClient, signedInUser } from "../../../support/oauth.ts";
import { markDeviceAsKnown, startSecondFactor } from "../../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { plantRow } from "../../../support/personal-data.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { ANSWERS, withFields } from "../../../support/sign-up-fields.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  accountIdOf,
  logIn,
  PASSWORD,
  register,
  registerVerifyAndLogIn,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

/** Every table, KV entry and R2 object as text, to search for a name. */
async function dumpStores(): Promise<string> {
  const bytesAsText = (value: unknown) =>
    value instanceof ArrayBuffer || Array.isArray(value)
      ? new TextDecoder("latin1").decode(Uint8Array.from(value as number[]))
      : String(value);
  const { results } = await env.DB.prepare("PRAGMA table_list").all<{ name: string; type: string }>();
  const shadowTables = results.filter(({ type }) => type === "shadow").map(({ name }) => name);
  const shadowRows = await Promise.all(
    shadowTables.map(async (name) => {
      const { results: rows } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
      return [name, rows] as const;
    }),
  );
  const lines = [...(await dumpDatabase(env.DB)), ...shadowRows].flatMap(([table, rows]) =>
    rows.map((row) => `${table}: ${Object.values(row).map(bytesAsText).join(" | ")}`),
  );
  const { keys } = await env.KV.list();
  const values = await Promise.all(keys.map(async ({ name }) => `${name}=${await env.KV.get(name)}`));
  const { objects } = await env.AVATARS.list({
    include: ["customMetadata", "httpMetadata"],
  } as R2ListOptions);
  const bodies = await Promise.all(
    objects.map(async (object) => {
      const body = await (await env.AVATARS.get(object.key))?.arrayBuffer();
      return `${object.key} ${JSON.stringify(object)} ${new TextDecoder("latin1").decode(body)}`;
    }),
  );
  return [...lines, ...values, ...bodies].join("\n").toLowerCase();
}

const storedObjects = async () => (await env.AVATARS.list()).objects.map(({ key }) => key);

describe("DELETE /users/:id", () => {
  it("leaves no row, KV entry or R2 object that names the deleted account's address, phone number or owner", async () => {
    const service = startService({ clock: createTestClock(), env: { RATE_LIMITS: "{}", BURST: undefined } });
    const superuser = await signedInAs(service, "superuser");
    const callUsers = usersApiAs(service, superuser).call;
    const email = "quillon.unmistakable@example.org";
    const names = ["quillon", "unmistakable", "zephyrine", "xanthippe", "+4915550001"];

    const earlierEmail = "xanthippe@example.org";
    await register(service, earlierEmail, { name: "Zephyrine", username: "zephyrine.q" });
    await service.post("/verify-email", { token: await tokenMailedTo(service, earlierEmail) });
    const earlierSession = await logIn(service, earlierEmail);
    await service.post("/me/email", { newEmail: email, password: PASSWORD }, earlierSession.token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    for (let guess = 0; guess < 4; guess++) await service.post("/login", { email, password: "wrong" });
    const { token } = await logIn(service, email);
    const id = await accountIdOf(email);
    await service.call("PUT", "/api/auth/me/avatar", photoWithGps().bytes, token, {
      "Content-Type": "image/jpeg",
    });
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    await service.post("/login", { email, password: PASSWORD });
    await service.post("/forgot-password", { email });
    await linkGitHub(email);
    await service.call("PATCH", "/api/auth/me", { lastName: "Unmistakable" }, token);
    await service.env.DB.prepare("UPDATE accounts SET phone = '+4915550001' WHERE id = ?").bind(id).run();
    const before = await dumpStores();
    for (const name of names) expect(before, name).toContain(name);
    expect(await storedObjects()).toHaveLength(1);

    await callUsers("POST", `/${id}/deactivate`);
    expect((await callUsers("DELETE", `/${id}`)).status).toBe(200);
    const after = await dumpStores();
    for (const name of names) expect(after, name).not.toContain(name);
    expect(await storedObjects()).toEqual([]);
    const tables = [...(await dumpDatabase(env.DB))].filter(([, rows]) => JSON.stringify(rows).includes(id));
    expect(tables.map(([table]) => table)).toEqual(["audit_events"]);

    // The address is available again, for a new account with another id.
    await register(service, email);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    expect(await accountIdOf(email)).not.toBe(id);
  });

  it("deletes a deactivated account whose invitation was never accepted", async () => {
    const service = startService();
    const superuser = await signedInAs(service, "superuser");
    const callUsers = usersApiAs(service, superuser).call;
    const { body } = await callUsers("POST", "", { email: "never-came@example.org", name: "Never" });
    await callUsers("POST", `/${body.data.id}/deactivate`);
    expect((await callUsers("DELETE", `/${body.data.id}`)).status).toBe(200);
    expect(await dumpStores()).not.toContain("never-came");
  });

  it("leaves no row of the account in any table with an account column, except in the audit log", async () => {
    const providers = openProviders();
    const service = startService({
      clock: createTestClock(),
      env: { ...providers.variables, ...withFields(), RESOURCES: NOTES_RESOURCE },
    });
    const callUsers = usersApiAs(service, await signedInAs(service, "superuser")).call;
    const user = await signedInUser(service);
    const { email, token, accountId: id } = user;
    const accessToken = await providers.tokenOf(socialUser());
    await service.post("/me/identities/github", { accessToken, password: PASSWORD }, token);
    const app = await newApp(service);
    // Before the sign-in on a page, which asks for missing answers.
    await service.post("/me/sign-up-answers", { fields: ANSWERS }, token);
    const browser = await signedInPageBrowser(service, email);
    codeIn(await browser.visit(authorizePathOf(app)));
    await service.post("/forgot-password", { email });
    await createKey(service, token);
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    await startSecondFactor(service, email);
    const client = await createClient(service, { backchannelLogoutUri: "https://client.example.com/logout" });
    await authorizeClient(service, client, { user, resource: "", scope: "openid" });
    const device = await createDeviceClient(service);
    await decide(browser, await startDevice(service, device, { scope: "openid" }));

    // The test covers every account column of the schema, and knows every column that holds an account's id.
    const used = columnsWith(id, await dumpDatabase(env.DB));
    for (const name of accountColumns().filter((column) => !used.includes(column))) {
      const [table = "", column = ""] = name.split(".");
      await plantRow(table, { [column]: id });
    }
    const rows = await dumpDatabase(env.DB);
    expect(columnsWith(id, rows)).toEqual(accountColumns());

    await callUsers("POST", `/${id}/deactivate`);
    // Deactivation has deleted some rows, such as codes. The deletion must not depend on that.
    for (const [table, column] of accountColumns().map((name) => name.split("."))) {
      if (table === "accounts" || table === "audit_events") continue;
      await insertMissing(
        String(table),
        (rows.get(String(table)) ?? []).filter((row) => row[String(column)] === id),
      );
    }
    const subject = "oauth_logout_notices.subject";
    expect(columnsWith(id, await dumpDatabase(env.DB))).toEqual([...accountColumns(), subject].sort());

    expect((await callUsers("DELETE", `/${id}`)).status).toBe(200);
    const after = await dumpDatabase(env.DB);
    const tables = [...after].filter(([, left]) => JSON.stringify(left).includes(id)).map(([table]) => table);
    // The client is told of the end of its session by the id that it knows. The notice goes with its delivery.
    expect(tables).toEqual(["audit_events", "oauth_logout_notices"]);
  });

  it("does not delete the sessions of an active account", async () => {
    const service = startService({ clock: createTestClock() });
    const callUsers = usersApiAs(service, await signedInAs(service, "superuser")).call;
    const { email, token } = await registerVerifyAndLogIn(service);
    const before = await dumpDatabase(env.DB);
    const answer = await callUsers("DELETE", `/${await accountIdOf(email)}`);
    expect(answer.status).toBe(409);
    expect(await dumpDatabase(env.DB)).toEqual(before);
    expect((await service.get("/me", token)).status).toBe(200);
  });

  it("keeps the pending revocation of a deleted session until KV has accepted it", async () => {
    const clock = createTestClock();
    const withoutKv = startService({ clock, env: { KV: createUnreachableKv() } });
    const callUsers = usersApiAs(withoutKv, await signedInAs(withoutKv, "superuser")).call;
    const { email, token } = await registerVerifyAndLogIn(withoutKv);
    const id = await accountIdOf(email);
    const [session] = (await withoutKv.get("/sessions", token)).body.data as { id: string }[];
    const isPending = async () =>
      (await env.DB.prepare("SELECT 1 FROM pending_revocations WHERE session_id = ?")
        .bind(session?.id)
        .first()) !== null;
    expect((await callUsers("POST", `/${id}/deactivate`)).status).toBe(200);
    expect((await callUsers("DELETE", `/${id}`)).status).toBe(200);
    expect(await isPending()).toBe(true);
    await startService({ clock }).runCron("* * * * *");
    expect(await env.KV.get(`deny:sid:${session?.id}`)).toBe("1");
    expect(await isPending()).toBe(false);
  });
});

/** `table.column` for every column of the schema that holds an account's id. */
const accountColumns = (): string[] =>
  Object.values<unknown>(schema)
    .filter((value) => is(value, SQLiteTable))
    .map(getTableConfig)
    .flatMap(({ name, columns, foreignKeys }) => {
      const references = foreignKeys
        .map((key) => key.reference())
        .filter(({ foreignTable }) => getTableName(foreignTable) === "accounts")
        .flatMap((reference) => reference.columns.map((column) => column.name));
      return columns
        .map((column) => column.name)
        .filter(
          (column) =>
            references.includes(column) ||
            /^(?:account|actor)_id$/.test(column) ||
            `${name}.${column}` === "accounts.id",
        )
        .map((column) => `${name}.${column}`);
    })
    .sort();

/** `table.column` for every column that has this value in some row. */
const columnsWith = (value: string, rows: Awaited<ReturnType<typeof dumpDatabase>>): string[] =>
  [...rows]
    .flatMap(([table, all]) =>
      all.flatMap((row) =>
        Object.keys(row).flatMap((column) => (row[column] === value ? [`${table}.${column}`] : [])),
      ),
    )
    .filter((column, at, all) => all.indexOf(column) === at)
    .sort();

/** Inserts those rows that the table does not have (any more). */
async function insertMissing(table: string, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row).map((column) => `"${column}"`);
    const insert = `INSERT OR IGNORE INTO "${table}" (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
    await env.DB.prepare(insert)
      .bind(...Object.values(row))
      .run();
  }
}
