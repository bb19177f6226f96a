import { env } from "cloudflare:workers";
import { type Role, usernameKey } from "../../src/accounts/account.ts";
import { newAccountRow } from "../../src/accounts/statements.ts";
import { newAuditEvent } from "../../src/admin/audit-log/audit-event.ts";
import { insertAuditEvent } from "../../src/admin/audit-log/statements.ts";
import { readConfig } from "../../src/composition/config.ts";
import { createPasswordHasher } from "../../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { parseEmailAddress } from "../../src/core/email-address.ts";
import { openDatabase } from "../../src/db/database.ts";
import { newMeter } from "../../src/db/metered-d1.ts";
import { accounts } from "../../src/db/schema.ts";
import { type Service, TEST_HASH_ITERATIONS } from "./service.ts";

export const PASSWORD = "a quiet lighthouse 7";

/** The profile of a new user. */
export type NewUser = {
  readonly name?: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly role?: Role;
  /** Default: `PASSWORD`. */
  readonly password?: string;
};

const CALLER = { ip: null, userAgent: null, locale: "en" } as const;

/**
 * Inserts a user, as registration and verification leave the account and its audit events, but
 * without their messages. A test of registration itself sends the requests. Returns the id of the account.
 */
export async function insertVerifiedUser(
  { env: serviceEnv, clock }: Pick<Service, "env" | "clock">,
  address: string,
  { name = "Ada", lastName, username, role = "user", password = PASSWORD }: NewUser = {},
): Promise<string> {
  const id = crypto.randomUUID();
  const email = parseEmailAddress(address);
  if (!email.ok) throw new Error(`${address} is not an email address`);
  const now = clock.now();
  const db = openDatabase(env.DB, newMeter());
  const row = {
    ...newAccountRow({ id, email: email.value, name, locale: CALLER.locale, now }),
    ...{ emailVerifiedAt: now, lastName: lastName ?? null, role },
    ...{ username: username ?? null, usernameKey: username === undefined ? null : usernameKey(username) },
    passwordHash: await hashOf(password, serviceEnv as unknown as Record<string, unknown>),
  };
  await db.batch([
    db.insert(accounts).values(row),
    insertAuditEvent(db, newAuditEvent({ clock }, { type: "account_registered" }, CALLER), id),
    insertAuditEvent(db, newAuditEvent({ clock }, { type: "email_verified" }, CALLER, id), id),
  ]);
  return id;
}

/** The hash for each password, root secret and cost. All inserted users with that password share it, with its salt. */
const hashes = new Map<string, Promise<string>>();

function hashOf(password: string, variables: Record<string, unknown>): Promise<string> {
  const config = readConfig(variables);
  if (!config.ok) throw new Error(`configuration: ${JSON.stringify(config.error)}`);
  const { authSecret, passwordHashBlocks } = config.value;
  const key = JSON.stringify([password, passwordHashBlocks, authSecret]);
  const known = hashes.get(key);
  if (known) return known;
  const hash = createSecretRing(authSecret).then((ring) =>
    createPasswordHasher(ring, passwordHashBlocks, TEST_HASH_ITERATIONS).hash(password),
  );
  hashes.set(key, hash);
  return hash;
}
