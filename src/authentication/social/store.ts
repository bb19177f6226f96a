import { and, eq, exists, inArray, isNotNull, ne, notExists, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, factors, identities, sessions } from "../../db/schema.ts";
import { queueTokenRevocations } from "../../event-deliveries/statements.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { openInvitation } from "../../registration/unproven-registration-statements.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { endSessions } from "../../sessions/statements.ts";
import type { PresentedDevices } from "../known-devices/device-token.ts";
import { presentedDevices } from "../known-devices/statements.ts";
import type { ReauthenticationProof } from "../reauthentication/proof.ts";
import { isRecentlyAuthenticated, reauthenticationStillValid } from "../reauthentication/statements.ts";
import { factorFacts } from "../second-factor/statements.ts";
import type { CandidateAccount, LinkFacts, SignInFacts } from "./account-linking-rules.ts";
import type { RemovalFailure } from "./errors.ts";
import { claimIdToken, findIdTokenClaim, idTokenIsClaimed } from "./id-token-statements.ts";
import type { IdentityKey, IdTokenUse, LinkedIdentity, NewIdentity } from "./identity.ts";
import { recordAttachment } from "./identity-statements.ts";
import { selectIdentities } from "./linked-identity-statements.ts";

type SignInQuery = {
  readonly provider: string;
  readonly subject: string;
  /** Null if the provider vouches for no address. */
  readonly emailKey: string | null;
  readonly idToken: IdTokenUse | null;
  readonly now: number;
  /** The devices of the tokens that are presented with the identity. */
  readonly deviceIds: readonly string[];
};

type LinkQuery = IdentityKey & {
  readonly idToken: IdTokenUse | null;
  readonly proof: ReauthenticationProof;
  readonly now: number;
};

type NewLink = {
  readonly proof: ReauthenticationProof;
  readonly accountId: string;
  readonly key: NewIdentity;
  readonly idToken: IdTokenUse | null;
  readonly notice: NewMessage;
  readonly audits: readonly NewAuditEvent[];
  readonly now: number;
};

type Removal = {
  /** The caller's session, which stays live. */
  readonly session: CurrentSession;
  readonly provider: string;
  /** The configured providers. */
  readonly usableProviders: readonly string[];
  /** Whether SIGN_IN_METHODS allows these methods. Every account with a session has an address for a code. */
  readonly usableMethods: {
    readonly password: boolean;
    readonly passkey: boolean;
    readonly emailCode: boolean;
  };
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type IdentityStore = ReturnType<typeof identityStore>;

export function identityStore(db: Database, caps: SendCaps) {
  return {
    /** The accounts that a verified identity may sign in to, in one round trip. */
    async findSignInFacts(query: SignInQuery): Promise<SignInFacts> {
      const { provider, subject, emailKey, idToken } = query;
      const columns = candidateColumns(db, query);
      const { byIdentity, byAddress, used } = await runBatch(db, {
        used: findIdTokenClaim(db, idToken),
        byIdentity: db
          .select(columns)
          .from(identities)
          .innerJoin(accounts, eq(accounts.id, identities.accountId))
          .where(and(eq(identities.provider, provider), eq(identities.subject, subject))),
        byAddress: db.select(columns).from(accounts).where(sql`${accounts.emailKey} = ${emailKey}`),
      });
      const idTokenClaim = used[0]?.claim ?? null;
      return { byIdentity: candidateOf(byIdentity), byAddress: candidateOf(byAddress), idTokenClaim };
    },

    /** The account of an identity and the account of a reauthentication, in one round trip. */
    async findLinkFacts({ provider, subject, idToken, proof, now }: LinkQuery): Promise<LinkFacts> {
      const { byIdentity, byProof, used } = await runBatch(db, {
        used: findIdTokenClaim(db, idToken),
        byIdentity: db
          .select({ accountId: identities.accountId })
          .from(identities)
          .where(and(eq(identities.provider, provider), eq(identities.subject, subject))),
        byProof: db
          .select({ accountId: sessions.accountId, own: identities.id })
          .from(sessions)
          .leftJoin(
            identities,
            and(eq(identities.accountId, sessions.accountId), eq(identities.provider, provider)),
          )
          .where(reauthenticationStillValid(db, proof, now)),
      });
      const [owner] = byProof;
      return {
        byIdentity: byIdentity[0] ?? null,
        idTokenClaim: used[0]?.claim ?? null,
        byProof: owner ? { accountId: owner.accountId, hasProvider: owner.own !== null } : null,
      };
    },

    /** Links an identity to an account, if the reauthentication still holds; the unique indexes resolve races. */
    async link(newLink: NewLink): Promise<"linked" | "changed_meanwhile"> {
      const { key, accountId, idToken, now } = newLink;
      const reauthenticated = reauthenticationStillValid(db, newLink.proof, now);
      const held = db.select({ one: sql`1` }).from(sessions).where(reauthenticated);
      const refused = sql`(SELECT 1 WHERE ${notExists(held)})`;
      const { linked } = await runBatch(db, {
        idToken: claimIdToken(db, idToken, refused),
        identity: insertFrom(
          db,
          identities,
          { ...key, accountId, createdAt: now, lastUsedAt: now },
          sessions,
          and(reauthenticated, idTokenIsClaimed(db, idToken)),
        ).onConflictDoNothing(),
        records: recordAttachment(db, caps, { accountId, attachment: newLink, now }),
        linked: db.select({ id: identities.id }).from(identities).where(eq(identities.id, key.id)),
      });
      return linked.length > 0 ? "linked" : "changed_meanwhile";
    },

    list: (accountId: string): Promise<LinkedIdentity[]> => selectIdentities(db, accountId),

    /** Removes an identity, unless it is the last sign-in method. Of two concurrent removals one fails. */
    async remove(removal: Removal): Promise<{ endedSessionIds: string[] } | RemovalFailure["reason"]> {
      const { session, now } = removal;
      const accountId = session.account.id;
      const own = and(eq(identities.accountId, accountId), eq(identities.provider, removal.provider));
      const isRecent = isRecentlyAuthenticated(db, session, now);
      const removable = and(own, hasAnotherSignInMethod(db, removal), isRecent);
      const { found, recent, ended, removed } = await runBatch(db, {
        found: db.select({ id: identities.id }).from(identities).where(own),
        recent: db
          .select({ id: accounts.id })
          .from(accounts)
          .where(and(eq(accounts.id, accountId), isRecent)),
        // Before the DELETE, while the condition still holds.
        audit: insertFrom(db, auditEvents, auditRow(removal.audit, accountId), identities, removable),
        notice: queueMessage(db, {
          message: removal.notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: identities,
          where: removable,
        }),
        // A session that the identity opened must not outlive it.
        ended: endSessions(
          db,
          accountId,
          now,
          and(
            ne(sessions.id, session.sessionId),
            exists(db.select({ one: sql`1` }).from(identities).where(removable)),
          ),
        ),
        tokens: [queueTokenRevocations(db, now, removable)],
        removed: db.delete(identities).where(removable).returning({ id: identities.id }),
      });
      if (removed.length > 0) return { endedSessionIds: ended.map(({ id }) => id) };
      if (recent.length === 0) return "reauthentication_required";
      return found.length > 0 ? "last_sign_in_method" : "not_linked";
    },
  };
}

function hasAnotherSignInMethod(
  db: Database,
  { session, provider, usableProviders, usableMethods }: Removal,
): SQL | undefined {
  const accountId = session.account.id;
  const other = alias(identities, "other");
  if (usableMethods.emailCode) return undefined;
  const passkeys = db
    .select({ one: sql`1` })
    .from(factors)
    .where(and(eq(factors.accountId, accountId), eq(factors.kind, "passkey")));
  return or(
    usableMethods.passkey ? exists(passkeys) : undefined,
    usableMethods.password
      ? exists(
          db
            .select({ one: sql`1` })
            .from(accounts)
            .where(and(eq(accounts.id, accountId), isNotNull(accounts.passwordHash))),
        )
      : undefined,
    exists(
      db
        .select({ one: sql`1` })
        .from(other)
        .where(
          and(
            eq(other.accountId, accountId),
            ne(other.provider, provider),
            inArray(other.provider, [...usableProviders]),
          ),
        ),
    ),
  );
}

function candidateColumns(db: Database, { provider, deviceIds, now }: SignInQuery) {
  const own = alias(identities, "own");
  const hasProvider = exists(
    db
      .select({ one: sql`1` })
      .from(own)
      .where(and(eq(own.accountId, accounts.id), eq(own.provider, provider))),
  );
  return {
    id: accounts.id,
    ...accountColumns,
    factorFacts: factorFacts(db, null),
    devicesKnownSince: accounts.devicesKnownSince,
    presentedDevices: presentedDevices(db, deviceIds),
    hasProvider: sql<number>`${hasProvider}`.as("has_provider"),
    isInvited: sql<number>`${exists(openInvitation(db, now))}`.as("is_invited"),
  };
}

type CandidateRow = CandidateAccount["account"] &
  Pick<CandidateAccount, "factorFacts" | keyof PresentedDevices> & {
    readonly hasProvider: number;
    readonly isInvited: number;
  };

function candidateOf([row]: readonly CandidateRow[]): CandidateAccount | null {
  if (!row) return null;
  const { factorFacts: enabled, devicesKnownSince, hasProvider, isInvited, ...rest } = row;
  const { presentedDevices: devices, ...account } = rest;
  return {
    account,
    factorFacts: enabled,
    devicesKnownSince,
    presentedDevices: devices,
    hasProvider: hasProvider === 1,
    isInvited: isInvited === 1,
  };
}
