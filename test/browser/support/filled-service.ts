import type { D1Database } from "@cloudflare/workers-types";
import { waitFor } from "../../../scripts/shared/wait-for.ts";
import type { Configured } from "./configured-service.ts";
import { LONG_NAME, longAddress, PASSWORD, serviceAt } from "./service.ts";

/** Email addresses of the accounts. */
export const EMAILS = { ada: "ada@example.com", root: "root@example.com", long: longAddress() } as const;

/** More rows than a page shows. */
const SESSIONS = 60;
const DEAD_MESSAGES = 26;

/** Inserts accounts with every attribute, many sessions, and undelivered messages. */
export async function fillService({ origin, db }: Configured): Promise<void> {
  const { register } = serviceAt({ origin, superuser: { email: EMAILS.root, password: PASSWORD } });
  const emails = Object.values(EMAILS);
  for (const email of emails) await register(email, LONG_NAME);
  // The service creates an account after the response.
  const countAccounts = db.prepare("SELECT count(*) AS n FROM accounts");
  await waitFor("the accounts", async () => (await countAccounts.first("n")) === emails.length);
  const now = Date.now();
  await db.batch([
    db.prepare("UPDATE accounts SET email_verified_at = ?1, last_name = name, age = 36").bind(now),
    db.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?1").bind(EMAILS.root),
    db
      .prepare("UPDATE accounts SET phone = '+491701234567', phone_verified_at = ?1 WHERE email = ?2")
      .bind(now, EMAILS.ada),
    sessionsOf(db, now),
    deadMessages(db, now),
  ]);
}

const COUNT_TO = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";

const sessionsOf = (db: D1Database, now: number) =>
  db
    .prepare(
      `INSERT INTO sessions (id, account_id, generation, amr, ip, user_agent, created_at, last_used_at, rotated_at,
        idle_expires_at, expires_at) ${COUNT_TO}
      SELECT 'session-' || i, id, 1, 'pwd', '2001:db8::' || i, 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0',
        ?2 - i * 60000, ?2 - i * 60000, ?2, ?2 + 3600000, ?2 + 3600000 FROM n, accounts WHERE email = ?3`,
    )
    .bind(SESSIONS, now, EMAILS.ada);

const deadMessages = (db: D1Database, now: number) =>
  db
    .prepare(
      `INSERT INTO outbox (id, account_id, kind, channel, sealed, state, attempts, created_at, due_at, expires_at,
        last_failure) ${COUNT_TO}
      SELECT 'message-' || i, id, iif(i % 2, 'phone_code', 'new_device_sign_in'), iif(i % 2, 'sms', 'email'), '',
        'dead', 5, ?2 - i, ?2 - i, ?2, 'provider_unavailable' FROM n, accounts WHERE email = ?3`,
    )
    .bind(DEAD_MESSAGES, now, EMAILS.long);
