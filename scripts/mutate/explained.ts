/** Mutants that no test can kill, and why: the key of the mutant (`targets.ts`), and the reason. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  "src/accounts/avatar/object-store.ts · operand is dropped · object": "Only an object has a content type.",
  "src/authentication/social/id-token-statements.ts · conjunct is dropped · eq(usedIdTokens.tokenHash, idToken.tokenHash)":
    "A claim is unique, so it is stored with its own token only; the hash finds the row by the primary key.",
  "src/authentication/social/store.ts · conjunct is dropped · eq(accounts.id, accountId)":
    "Only whether there is a row counts, and `isRecent` decides that alone; the id spares reading every account.",
  "src/messaging/outbox/dead-message-store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
  "src/rate-limit/burst-guard.ts · condition is always true · binding":
    "Without a binding the call throws, which is counted and passes, like a missing binding.",
};
