import { count, eq, isNotNull, type SQLWrapper, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import {
  accounts,
  apiKeys,
  attemptCounters,
  emailTokens,
  factorRemovals,
  factors,
  identities,
  knownDevices,
  oauthClients,
  oauthGrants,
  outbox,
  recoveryCodes,
  sessions,
  signUpAnswers,
} from "../../db/schema.ts";

/** The name of a client, which a user knows better than its id. */
const clientName = (db: Database, id: SQLWrapper) =>
  sql<string | null>`(${db
    .select({ name: oauthClients.name })
    .from(oauthClients)
    .where(eq(oauthClients.id, id))})`.as("client_name");

/** Selects the rows of an account. Every column is listed: no hash, key or secret leaves. */
export const selectAccountRows = (db: Database, accountId: string) => ({
  account: db
    .select({
      id: accounts.id,
      email: accounts.email,
      emailVerifiedAt: accounts.emailVerifiedAt,
      emailImplied: accounts.emailImplied,
      name: accounts.name,
      lastName: accounts.lastName,
      username: accounts.username,
      age: accounts.age,
      phone: accounts.phone,
      phoneVerifiedAt: accounts.phoneVerifiedAt,
      avatarKey: accounts.avatarKey,
      hasPassword: isNotNull(accounts.passwordHash).mapWith(Boolean).as("has_password"),
      locale: accounts.locale,
      devicesKnownSince: accounts.devicesKnownSince,
      firstSignedInAt: accounts.firstSignedInAt,
      role: accounts.role,
      status: accounts.status,
      invitedAt: accounts.invitedAt,
      createdAt: accounts.createdAt,
      updatedAt: accounts.updatedAt,
      resetByMailAt: accounts.resetByMailAt,
      enrolmentDueAt: accounts.enrolmentDueAt,
      deletionDueAt: accounts.deletionDueAt,
      publicMetadata: accounts.publicMetadata,
      privateMetadata: accounts.privateMetadata,
    })
    .from(accounts)
    .where(eq(accounts.id, accountId)),
  signUpAnswers: db
    .select({
      field: signUpAnswers.field,
      value: signUpAnswers.value,
      version: signUpAnswers.version,
      answeredAt: signUpAnswers.answeredAt,
    })
    .from(signUpAnswers)
    .where(eq(signUpAnswers.accountId, accountId)),
  identities: db
    .select({
      provider: identities.provider,
      subject: identities.subject,
      email: identities.email,
      createdAt: identities.createdAt,
      lastUsedAt: identities.lastUsedAt,
    })
    .from(identities)
    .where(eq(identities.accountId, accountId)),
  factors: db
    .select({
      id: factors.id,
      kind: factors.kind,
      label: factors.label,
      isSecondFactor: factors.isSecondFactor,
      transports: factors.transports,
      aaguid: factors.aaguid,
      isSynced: factors.isSynced,
      createdAt: factors.createdAt,
      lastUsedAt: factors.lastUsedAt,
    })
    .from(factors)
    .where(eq(factors.accountId, accountId)),
  recovery: db
    .select({
      createdAt: sql<number | null>`max(${recoveryCodes.createdAt})`.as("created"),
      total: count().as("total"),
      used: count(recoveryCodes.usedAt).as("used"),
      lastUsedAt: sql<number | null>`max(${recoveryCodes.usedAt})`.as("last_used"),
    })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.accountId, accountId)),
  factorRemovals: db
    .select({ createdAt: factorRemovals.createdAt, dueAt: factorRemovals.dueAt })
    .from(factorRemovals)
    .where(eq(factorRemovals.accountId, accountId)),
  knownDevices: db
    .select({
      id: knownDevices.id,
      ip: knownDevices.ip,
      userAgent: knownDevices.userAgent,
      createdAt: knownDevices.createdAt,
      lastUsedAt: knownDevices.lastUsedAt,
      expiresAt: knownDevices.expiresAt,
      trustedUntil: knownDevices.trustedUntil,
    })
    .from(knownDevices)
    .where(eq(knownDevices.accountId, accountId)),
  sessions: db
    .select({
      id: sessions.id,
      clientId: sessions.clientId,
      clientName: clientName(db, sessions.clientId),
      audience: sessions.audience,
      scope: sessions.scope,
      amr: sessions.amr,
      ip: sessions.ip,
      userAgent: sessions.userAgent,
      deviceId: sessions.deviceId,
      isKnownDevice: sessions.isKnownDevice,
      isPersistent: sessions.isPersistent,
      restriction: sessions.restriction,
      authTime: sessions.authTime,
      reauthenticatedAt: sessions.reauthenticatedAt,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      idleExpiresAt: sessions.idleExpiresAt,
      expiresAt: sessions.expiresAt,
      revokedAt: sessions.revokedAt,
    })
    .from(sessions)
    .where(eq(sessions.accountId, accountId)),
  apps: db
    .select({
      clientId: oauthGrants.clientId,
      clientName: clientName(db, oauthGrants.clientId),
      resource: oauthGrants.resource,
      scope: oauthGrants.scope,
      redirectHost: oauthGrants.redirectHost,
      createdAt: oauthGrants.createdAt,
      updatedAt: oauthGrants.updatedAt,
    })
    .from(oauthGrants)
    .where(eq(oauthGrants.accountId, accountId)),
  apiKeys: db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      resource: apiKeys.resource,
      scope: apiKeys.scope,
      createdAt: apiKeys.createdAt,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
    })
    .from(apiKeys)
    .where(eq(apiKeys.accountId, accountId)),
  emailLinks: db
    .select({
      purpose: emailTokens.purpose,
      email: emailTokens.email,
      createdAt: emailTokens.createdAt,
      expiresAt: emailTokens.expiresAt,
      consumedAt: emailTokens.consumedAt,
    })
    .from(emailTokens)
    .where(eq(emailTokens.accountId, accountId)),
  messages: db
    .select({
      kind: outbox.kind,
      channel: outbox.channel,
      state: outbox.state,
      attempts: outbox.attempts,
      createdAt: outbox.createdAt,
      expiresAt: outbox.expiresAt,
    })
    .from(outbox)
    .where(eq(outbox.accountId, accountId)),
  failedAttempts: db
    .select({
      failures: attemptCounters.failures,
      consecutiveFailures: attemptCounters.consecutiveFailures,
      lockouts: attemptCounters.lockouts,
      lockedUntil: attemptCounters.lockedUntil,
      updatedAt: attemptCounters.updatedAt,
    })
    .from(attemptCounters)
    .where(eq(attemptCounters.accountId, accountId)),
});
