import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { sendBucket } from "../../../src/messaging/outbox/hourly-send-bucket.ts";
import { insertGrant } from "../../support/client-administration.ts";
import { insertClient } from "../../support/oauth-clients.ts";
import { DAY, EVERY_HOUR, HOUR } from "../../support/outbox.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { accountIdOf, newAddress, registerVerifiedUser } from "../../support/users.ts";

// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

type Row = Readonly<Record<string, string | number | null>>;

async function insert(table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  const values = columns.map(() => "?").join();
  await env.DB.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${values})`)
    .bind(...Object.values(row))
    .run();
}

async function keysIn(table: string, column: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare(`SELECT ${column} AS k FROM ${table} ORDER BY k`).all();
  return results.map(({ k }) => k);
}

const counter = (
  key: string,
  updatedAt: number,
  accountId: string | null,
  consecutiveFailures: number,
): Row => ({
  ...{ key, failures: 1, locked_until: 0, lockouts: 0, updated_at: updatedAt },
  ...{ account_id: accountId, consecutive_failures: consecutiveFailures },
});

/** What the rows belong to. */
type Owner = { readonly account_id: string; readonly client_id: string; readonly grant_id: string };

/** Title, table, column of the key, and the row with that key and expiry. */
const EXPIRING: [string, string, string, (key: string, expiresAt: number, owner: Owner) => Row][] = [
  [
    "a one-time code",
    "one_time_codes",
    "id",
    (id, expires_at, { account_id }) => ({
      ...{ id, account_id, purpose: "phone", code_hash: "", tries: 0, lock_key: "", new_device: 0 },
      ...{ created_at: 0, expires_at },
    }),
  ],
  [
    "an API key",
    "api_keys",
    "id",
    (id, expires_at, { account_id }) => ({
      ...{ id, account_id, name: id, secret_hash: "", resource: "", scope: "" },
      ...{ created_at: 0, expires_at: expires_at - 30 * DAY },
    }),
  ],
  [
    "a known device",
    "known_devices",
    "id",
    (id, expires_at, { account_id }) => ({ id, account_id, created_at: 0, last_used_at: 0, expires_at }),
  ],
  [
    "a used ID token",
    "used_id_tokens",
    "token_hash",
    (token_hash, expires_at) => ({ token_hash, claim: "", expires_at }),
  ],
  [
    "the request counter of a client",
    "client_counters",
    "key",
    (key, expires_at) => ({ key, requests: 1, expires_at }),
  ],
  [
    "the proof of a captcha",
    "captcha_proofs",
    "proof_hash",
    (proof_hash, expires_at) => ({ proof_hash, expires_at }),
  ],
  [
    "a pending revocation",
    "pending_revocations",
    "session_id",
    (session_id, expires_at) => ({ session_id, expires_at }),
  ],
  [
    "an authorization code of a client",
    "oauth_authorization_codes",
    "code_hash",
    (code_hash, expires_at, owner) => ({
      ...{ code_hash, ...owner, session_id: "", redirect_uri: "", code_challenge: "", resource: "" },
      ...{ scope: "", created_at: 0, expires_at },
    }),
  ],
  [
    "a used client assertion",
    "oauth_client_assertions",
    "jti_hash",
    (jti_hash, expires_at, { client_id }) => ({ client_id, jti_hash, expires_at }),
  ],
  [
    "a pushed authorization request",
    "oauth_pushed_requests",
    "request_hash",
    (request_hash, expires_at, { client_id }) => ({
      ...{ request_hash, client_id, parameters: "", created_at: 0, expires_at },
    }),
  ],
  [
    "a device request, an hour later",
    "oauth_device_requests",
    "device_code_hash",
    (device_code_hash, expires_at, { client_id }) => ({
      ...{ device_code_hash, user_code_hash: device_code_hash, client_id, resource: "", scope: "" },
      ...{ state: "pending", interval: 5, created_at: 0, expires_at: expires_at - HOUR },
    }),
  ],
];

/** A service whose clock stands still, and an account. The tables of the test are empty. */
async function start(table: string) {
  const service = startService({ clock: createTestClock() });
  const { email } = await registerVerifiedUser(service, newAddress());
  await env.DB.exec(`DELETE FROM ${table}`);
  return { service, now: service.clock.now(), accountId: await accountIdOf(email) };
}

/** A client that the account has allowed. */
async function grantOf(accountId: string, now: number) {
  const { id } = await insertClient();
  await insertGrant(id, accountId, now);
  const grantId = await env.DB.prepare("SELECT id FROM oauth_grants WHERE client_id = ?")
    .bind(id)
    .first("id");
  return { client_id: id, grant_id: String(grantId) };
}

describe("the hourly purge", () => {
  it.each(EXPIRING)("deletes %s at its expiry, and not before", async (_title, table, column, row) => {
    const { service, now, accountId } = await start(table);
    const owner = { account_id: accountId, ...(await grantOf(accountId, now)) };
    await insert(table, row("expired", now, owner));
    await insert(table, row("live", now + 1, owner));
    await service.runCron(EVERY_HOUR);
    expect(await keysIn(table, column)).toEqual(["live"]);
  });

  it("deletes a queued request that is more than a day old", async () => {
    const { service, now } = await start("queued_requests");
    await insert("queued_requests", { id: "a day old", sealed: "", created_at: now - DAY });
    await insert("queued_requests", { id: "older", sealed: "", created_at: now - DAY - 1 });
    await service.runCron(EVERY_HOUR);
    expect(await keysIn("queued_requests", "id")).toEqual(["a day old"]);
  });

  it("deletes the count of failures more than a day after the last one, unless it is the consecutive failures of an account", async () => {
    const { service, now, accountId } = await start("attempt_counters");
    const old = now - DAY - 1;
    await insert("attempt_counters", counter("address, a day old", now - DAY, null, 1));
    await insert("attempt_counters", counter("address, older", old, null, 1));
    await insert("attempt_counters", counter("account, a day old", now - DAY, accountId, 0));
    await insert("attempt_counters", counter("account, older", old, accountId, 0));
    await insert("attempt_counters", counter("failing account, older", old, accountId, 1));
    await service.runCron(EVERY_HOUR);
    expect(await keysIn("attempt_counters", "key")).toEqual([
      "account, a day old",
      "address, a day old",
      "failing account, older",
    ]);
  });

  it("keeps of each channel the send counter of the current hour alone", async () => {
    const { service, now } = await start("send_counters");
    for (const channel of ["email", "sms"] as const) {
      for (const at of [now, now - HOUR, now - 2 * HOUR]) {
        await insert("send_counters", { bucket: sendBucket(channel, at), sends: 1 });
      }
    }
    await service.runCron(EVERY_HOUR);
    expect(await keysIn("send_counters", "bucket")).toEqual([
      sendBucket("email", now),
      sendBucket("sms", now),
    ]);
  });
});
