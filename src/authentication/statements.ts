import { and, eq, notExists, type SQL } from "drizzle-orm";
import { compiled } from "../db/compiled-statement.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { isActive } from "../db/predicates.ts";
import { accounts, sessions } from "../db/schema.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import type { ClientLimit } from "../rate-limit/client-limits.ts";
import { clientRetryAt, readClientCounters } from "../rate-limit/statements.ts";
import type { NewSession } from "../sessions/session.ts";
import { sessionRow, withAllowedAudience } from "../sessions/statements.ts";
import { emailCodeGrant } from "./email-code/grant-statements.ts";
import { countsAttempts } from "./factors.ts";
import type { FirstFactorGrant, FirstFactorMethod } from "./first-factor.ts";
import type { GrantStatements } from "./grant-statements.ts";
import { lockoutOf, readLockout } from "./lockout/attempt-counter-statements.ts";
import { passkeyGrant } from "./passkeys/grant-statements.ts";
import { passwordGrant } from "./password/grant-statements.ts";
import type { GrantFailure } from "./session-opener.ts";
import { identityGrant } from "./social/grant-statements.ts";

const FIRST_FACTOR_GRANTS: { readonly [By in FirstFactorMethod]: GrantStatements<FirstFactorGrant<By>> } = {
  password: passwordGrant,
  identity: identityGrant,
  passkey: passkeyGrant,
  email_code: emailCodeGrant,
};

/** The statements that run before `firstFactorStillValid`: they attach an identity. */
export const consumeFirstFactor = <By extends FirstFactorMethod>(
  db: Database,
  caps: SendCaps,
  grant: FirstFactorGrant<By>,
) => FIRST_FACTOR_GRANTS[grant.by].consume(db, caps, grant);

/** The condition of every row that a grant opens: the account has not changed since the verification. */
export const firstFactorStillValid = (db: Database, grant: FirstFactorGrant): SQL | undefined =>
  and(
    eq(accounts.id, grant.accountId),
    isActive(),
    methodStillValid(db, grant),
    countsAttempts(grant) ? undefined : notExists(lockoutOf(db, grant.lockoutKey, grant.now)),
  );

const methodStillValid = <By extends FirstFactorMethod>(db: Database, grant: FirstFactorGrant<By>) =>
  FIRST_FACTOR_GRANTS[grant.by].isValid(db, grant);

/** Inserts the session if the grant is still valid. */
export function insertSession(db: Database, grant: FirstFactorGrant, session: NewSession) {
  const row = sessionRow(session, grant.accountId);
  if (grant.by !== "password") {
    return insertFrom(db, sessions, withAllowedAudience(row), accounts, firstFactorStillValid(db, grant));
  }
  const { by: _, ...values } = grant;
  return insertSessionByPassword(db, { ...row, ...values });
}

type PasswordSession = Omit<typeof sessions.$inferSelect, "audience"> &
  Pick<NewSession, "audience" | "ownAudience"> &
  Omit<FirstFactorGrant<"password">, "by">;

const insertSessionByPassword = compiled((db, values: PasswordSession) =>
  insertFrom(
    db,
    sessions,
    withAllowedAudience(values),
    accounts,
    firstFactorStillValid(db, { ...values, by: "password" }),
  ),
);

/** Replaces an outdated hash of the verified password by one under the current cost and pepper. */
export const storeRehash = (db: Database, grant: FirstFactorGrant) =>
  grant.by === "password" && grant.rehash !== null
    ? [db.update(accounts).set({ passwordHash: grant.rehash }).where(firstFactorStillValid(db, grant))]
    : [];

/** The exact limits of a client whose sign-in creates an account. Empty for any other grant. */
const clientLimitsOf = (grant: FirstFactorGrant): readonly ClientLimit[] =>
  grant.by === "identity" && grant.attachment.kind !== "existing" ? grant.attachment.clientLimits : [];

/** What `failureReason` needs. */
export const readCircumstances = (db: Database, grant: FirstFactorGrant) => ({
  lockout: readLockout(db, grant.lockoutKey),
  counters: readClientCounters(db, clientLimitsOf(grant)),
});

type Circumstances = {
  readonly [Name in keyof ReturnType<typeof readCircumstances>]: Awaited<
    ReturnType<typeof readCircumstances>[Name]
  >;
};

/** Why a grant opened nothing. For a counted attempt the lockout was checked when it was counted. */
export function failureReason(grant: FirstFactorGrant, { lockout, counters }: Circumstances): GrantFailure {
  const lockedUntil = lockout[0]?.lockedUntil ?? 0;
  if (!countsAttempts(grant) && lockedUntil > grant.now) {
    return { kind: "locked", until: lockedUntil };
  }
  const retryAt = clientRetryAt(counters, clientLimitsOf(grant));
  return retryAt === null ? { kind: "changed_meanwhile" } : { kind: "rate_limited", until: retryAt };
}
