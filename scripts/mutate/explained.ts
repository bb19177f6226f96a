/** Mutants that no test can kill, and why: the key of the mutant (`targets.ts`), and the reason. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  "src/accounts/avatar/object-store.ts · operand is dropped · object": "Only an object has a content type.",
  "src/authentication/social/id-token-statements.ts · conjunct is dropped · eq(usedIdTokens.tokenHash, idToken.tokenHash)":
    "A claim is unique, so it is stored with its own token only; the hash finds the row by the primary key.",
  "src/authentication/social/store.ts · conjunct is dropped · eq(accounts.id, accountId)":
    "Only whether there is a row counts, and `isRecent` decides that alone; the id spares reading every account.",
  "src/messaging/outbox/dead-message-store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
  "src/authentication/known-devices/device-token.ts · condition is always false · token === undefined":
    "Without a token, jose throws the error of an invalid one, which gives null too.",
  "src/authentication/known-devices/device-token.ts · operand is dropped · !root":
    "The signature has been verified with a key of that root.",
  'src/authentication/known-devices/device-token.ts · operand is dropped · typeof adr !== "string"':
    "The hash of an address equals no value of another type.",
  "src/authentication/password/rules.ts · condition is always false · !account":
    "Without an account no password matches, and both reasons have the same response and log.",
  'src/authentication/password/start-login.ts · operand is dropped · reservation.kind === "attempt"':
    "A counted attempt has no `lastAttemptAt`, so it may not be released either and ends the loop.",
  "src/authentication/password/start-login.ts · operand is dropped · !record?.passwordHash":
    "No password matches without a stored hash, so that case has a refusal.",
  "src/authentication/reauthentication/reauthenticate.ts · condition is always false · session.clientId !== FIRST_PARTY_CLIENT":
    "No session of an app passes `authenticate` or the refresh of a page, from which every session comes.",
  "src/authentication/reauthentication/reauthenticate.ts · operand is dropped · passwordHash === null":
    "No password matches without a stored hash.",
  "src/authentication/second-factor/store.ts · conjunct is dropped · eq(oneTimeCodes.id, attempt.challengeId)":
    "The id of an answer belongs to one challenge. The id of the challenge finds its row by the index.",
  "src/authentication/second-factor/verify-second-factor.ts · boundary moves · lockedUntil <= now":
    "The batch that counts an answer sets the lockout to 0 or to a later instant.",
  "src/authentication/second-factor/verify-second-factor.ts · operand is dropped · !factor":
    "Without a factor nothing is verified.",
  "src/registration/email-tokens/statements.ts · conjunct is dropped · eq(emailTokens.purpose, purpose)":
    "The callers have read the purpose of the token, and it never changes.",
  "src/registration/store.ts · conjunct is dropped · isNull(accounts.emailVerifiedAt)":
    "The hash of a registration of a verified address, and so its salt, is not stored in the account.",
  "src/registration/unverified-account-store.ts · boundary moves · gte(accounts.createdAt, 0)":
    "No account was created at the instant 0.",
  "src/rate-limit/burst-guard.ts · condition is always true · binding":
    "Without a binding the call throws, which is counted and passes, like a missing binding.",
  "src/sessions/access-token.ts · operand is dropped · cause instanceof errors.JWTClaimValidationFailed":
    "Of the errors that reach it, only this one has a claim `aud`.",
  'src/sessions/refresh-token.ts · operand is dropped · typeof gen !== "number"':
    "`isSafeInteger` refuses everything that is no number.",
  "src/sessions/revocation-list/store.ts · boundary moves · start < revocations.length":
    "The chunk after the last one is empty, and ends the loop.",
  "src/accounts/avatar/store.ts · condition is always false · key === null":
    "No discarded object has the key null.",
  "src/admin/audit-log/store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
  "src/jobs/store.ts · boundary moves · gte(sendCounters.bucket, `${channel}/`)":
    "A bucket has an hour after the channel.",
  "src/messaging/dev-mailbox/store.ts · boundary moves · gt(mailboxMessages.createdAt, 0)":
    "No message is of 1970: the condition only makes the query a search of the index.",
  "src/messaging/outbox/store.ts · operand is dropped · owners[0]":
    "A message that was taken has an account: the foreign key deletes it with the account.",
  "src/http/csrf.ts · operand is dropped · binding !== null": "No token is bound to a missing cookie.",
  "src/http/csrf.ts · condition is always false · token === undefined":
    "Without a cookie, the decoder throws, which gives null too.",
  'src/admin/authorization/permissions.ts · operand is dropped · actor.kind === "user"':
    "An operator has no account, whose id could be that of the target.",
  "src/admin/audit-log/store.ts · condition is always true · accountId === undefined · 2":
    "SQLite prefers the other index only with statistics (ANALYZE), which a database of the tests does not have.",
};
