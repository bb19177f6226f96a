import {
  and,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  ne,
  notExists,
  or,
  type Placeholder,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { compiled } from "../db/compiled-statement.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accounts, auditEvents, factors, oauthClients, sessions } from "../db/schema.ts";
import type { AudienceRequest } from "./audience.ts";
import { MAX_LIVE_SESSIONS, RETRY_WINDOW } from "./refresh-rules.ts";
import { FIRST_PARTY_CLIENT, type NewSession, type SessionRestriction } from "./session.ts";

/** The row of a session of this service's own client. */
export const sessionRow = <A>({ isConfirmed, ...session }: Omit<NewSession, "accountId">, accountId: A) => ({
  ...session,
  accountId,
  amr: session.amr.join(" "),
  generation: 1,
  lastUsedAt: session.createdAt,
  rotatedAt: session.createdAt,
  revokedAt: null,
  reauthenticatedAt: isConfirmed ? null : NOT_CONFIRMED,
  clientId: FIRST_PARTY_CLIENT,
  parentId: null,
  codeClaim: null,
  grantId: null,
  scope: null,
  voidedGenerations: 0,
});

type RequestedSession = Pick<NewSession, "accountId" | "audience" | "ownAudience">;

/**
 * The row with the audience that the session may have: a session of an account whose deletion is pending can only undo
 * it, at this service (security 65).
 */
export const withAllowedAudience = <Row extends RequestedSession>(row: Row) => ({
  ...row,
  audience: sql`CASE WHEN (SELECT ${accounts.deletionDueAt} FROM ${accounts} WHERE ${accounts.id} = ${row.accountId}) IS NULL THEN ${row.audience} ELSE ${row.ownAudience} END`,
});

/** What a session is limited to, as a column of a query over `sessions` and its account. */
export const restriction = () =>
  sql<SessionRestriction | null>`CASE WHEN ${accounts.deletionDueAt} IS NOT NULL THEN 'deletion_pending' ELSE ${sessions.restriction} END`.as(
    "restriction",
  );

/**
 * When the user has to enrol a required second factor, as a column of a query over accounts. Null: the account has one, or no
 * sign-in has found it missing.
 */
export const enrolmentDueAt = (db: Database) => {
  const secondFactor = db
    .select({ one: sql`1` })
    .from(factors)
    .where(and(eq(factors.accountId, accounts.id), eq(factors.isSecondFactor, true)));
  const isMissing = notExists(secondFactor);
  return sql<number | null>`CASE WHEN ${isMissing} THEN ${accounts.enrolmentDueAt} END`.as(
    "enrolment_due_at",
  );
};

/** The name of the OAuth client that a session belongs to; null for a session of this service. */
const clientName = (db: Database) =>
  sql<string | null>`(${db
    .select({ name: oauthClients.name })
    .from(oauthClients)
    .where(eq(oauthClients.id, sessions.clientId))})`;

/** The live sessions of an account, the most recently used first. */
export const liveSessions = (db: Database, accountId: string, now: number) =>
  db
    .select({
      id: sessions.id,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      ip: sessions.ip,
      userAgent: sessions.userAgent,
      app: clientName(db).as("app"),
    })
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), sessionIsLive(now)))
    .orderBy(desc(sessions.lastUsedAt))
    .limit(MAX_LIVE_SESSIONS);

/** The live sessions of an account beyond `MAX_LIVE_SESSIONS`, the least recently used. */
const surplusSessions = (db: Database, accountId: string | SQLWrapper, now: number) =>
  db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), sessionIsLive(now)))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    // Each sign-in adds one session. Larger surpluses date from the time before this bound.
    .limit(MAX_LIVE_SESSIONS)
    .offset(MAX_LIVE_SESSIONS);

type AccountAtInstant = { readonly accountId: string; readonly now: number };

/**
 * Ends the account's least recently used sessions beyond `MAX_LIVE_SESSIONS`. For the batch that opens a session.
 */
export const endSurplusSessions = compiled((db, { accountId, now }: AccountAtInstant) =>
  endSurplusSessionsOf(db, accountId, now),
);

/** The same for the account that a query selects. */
export const endSurplusSessionsOf = (db: Database, accountId: string | SQLWrapper, now: number) =>
  db
    .update(sessions)
    .set({ revokedAt: now })
    .where(inArray(sessions.id, surplusSessions(db, accountId, now)));

/** Ends the live sessions of one account, or of the accounts that a query selects. For a larger batch. */
export const endSessions = (db: Database, accountId: string | SQLWrapper, now: number, where?: SQL) =>
  db
    .update(sessions)
    .set({ revokedAt: now })
    .where(
      and(
        typeof accountId === "string"
          ? eq(sessions.accountId, accountId)
          : inArray(sessions.accountId, accountId),
        isNull(sessions.revokedAt),
        where,
      ),
    )
    .returning({ id: sessions.id });

/** `CurrentSession.authenticatedAt`. */
export const authenticatedAt = sql<number>`coalesce(${sessions.authTime}, ${sessions.createdAt})`;

/** The value of `reauthenticatedAt` in a session that has to show a factor before a sensitive change, also after its sign-in. */
export const NOT_CONFIRMED = 0;

/** `CurrentSession.confirmedAt`. */
export const confirmedAt = sql<number>`CASE WHEN ${sessions.reauthenticatedAt} = ${NOT_CONFIRMED} THEN 0 ELSE max(${authenticatedAt}, coalesce(${sessions.reauthenticatedAt}, 0)) END`;

/** Whether the session is live at `now`. */
export const sessionIsLive = (now: number | Placeholder): SQL | undefined =>
  and(isNull(sessions.revokedAt), gt(sessions.idleExpiresAt, now), gt(sessions.expiresAt, now));

/** Whether the generation is the current one, or the previous one within `RETRY_WINDOW`. */
export const generationIsAccepted = (generation: number, now: number): SQL | undefined =>
  or(
    eq(sessions.generation, generation),
    and(isLastPresented(generation), gte(sessions.rotatedAt, now - RETRY_WINDOW)),
  );

/** Whether the current refresh token was issued for a token of this generation. */
export const isLastPresented = (generation: number): SQL =>
  eq(sql`${sessions.generation} - 1 - ${sessions.voidedGenerations}`, generation);

/** Whether the session is one of this service's own client. */
export const isFirstParty = (): SQL => eq(sessions.clientId, FIRST_PARTY_CLIENT);

/** Whether this service's own API and pages accept the session. */
export const isOwnSession = (own: string | Placeholder): SQL | undefined =>
  and(isFirstParty(), eq(sessions.audience, own));

/**
 * Whether the session may get tokens for the audience (RFC 9700 §2.3): one that was opened for this service itself
 * for each audience, unless it is restricted, and any other one for the audience that it was opened for. Only this
 * service's own client gets this service's own.
 */
export const maySignFor = ({
  requested,
  own,
}: AudienceRequest | Record<keyof AudienceRequest, Placeholder>): SQL | undefined => {
  const isOpenedFor = requested === null ? isNotNull(sessions.audience) : eq(sessions.audience, requested);
  const isOwnRequest = requested === null ? sql`TRUE` : sql`${requested} = ${own}`;
  return or(
    and(isOwnSession(own), or(isNull(sessions.restriction), isOwnRequest)),
    and(isOpenedFor, or(isFirstParty(), ne(sessions.audience, own))),
  );
};

type LiftedRestriction = {
  readonly sessionId: string;
  /** What the enrolment proved (RFC 8176). Empty: nothing, such as switching a code on, and the restriction stays. */
  readonly amr: readonly string[];
  /** Whether the enrolment has happened. */
  readonly where: SQL | undefined;
};

/**
 * Lifts the restriction of the session in which its user has enrolled a second factor, and adds what the enrolment
 * proved, in the batch of the enrolment. Nothing happens to a session without that restriction.
 */
export const liftEnrolmentRestriction = (db: Database, { sessionId, amr, where }: LiftedRestriction) =>
  amr.length === 0
    ? []
    : [
        db
          .update(sessions)
          .set({ restriction: null, amr: amrWith([...amr, "mfa"]) })
          .where(and(eq(sessions.id, sessionId), eq(sessions.restriction, "enrol_second_factor"), where)),
      ];

/** The methods of a session and further ones, each once and in this order, as a value for its column `amr`. */
export const amrWith = (added: readonly string[]): SQL =>
  added.reduce(
    (all, method) =>
      sql`CASE WHEN instr(' ' || ${all} || ' ', ${` ${method} `}) > 0 THEN ${all} ELSE ${all} || ${` ${method}`} END`,
    sql`${sessions.amr}`,
  );

type Replacement = {
  /** The session whose cookies the response replaces, and the event of its end. Null if there is none. */
  readonly replaces: { readonly sessionId: string; readonly audit: NewAuditEvent } | null;
  readonly openedId: string;
  readonly now: number;
};

/**
 * Ends the session that a new one replaces in a browser, with its child sessions (ASVS 7.2.4). For the batch that
 * opens the new one: nothing ends unless that has happened. The sessions that the same user has opened in OAuth clients
 * go on under the new one: a client that asks for a new sign-in (`prompt=login`) must not sign out the others.
 */
export function endReplacedSession(db: Database, { replaces, openedId, now }: Replacement) {
  if (replaces === null) return [];
  const { sessionId, audit } = replaces;
  const opened = alias(sessions, "opened");
  const isReplaced = and(
    isNull(sessions.revokedAt),
    exists(db.select({ one: sql`1` }).from(opened).where(eq(opened.id, openedId))),
  );
  const replaced = and(eq(sessions.id, sessionId), isReplaced);
  return [
    // Before the UPDATE, which makes the condition false.
    insertFrom(db, auditEvents, auditRow(audit, sessions.accountId), sessions, replaced),
    db
      .update(sessions)
      .set({ parentId: openedId })
      .where(
        and(
          eq(sessions.parentId, sessionId),
          isNotNull(sessions.grantId),
          isNull(sessions.revokedAt),
          exists(
            db
              .select({ one: sql`1` })
              .from(opened)
              .where(and(eq(opened.id, openedId), sql`${opened.accountId} = ${sessions.accountId}`)),
          ),
        ),
      ),
    db
      .update(sessions)
      .set({ revokedAt: now })
      .where(and(or(eq(sessions.id, sessionId), eq(sessions.parentId, sessionId)), isReplaced)),
  ];
}
