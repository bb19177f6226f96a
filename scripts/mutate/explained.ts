/** Mutants that no test can kill, and why: the key of the mutant (`targets.ts`), and the reason. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  "src/accounts/avatar/object-store.ts · operand is dropped · object": "Only an object has a content type.",
  "src/messaging/outbox/dead-message-store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
  "src/registration/email-tokens/statements.ts · conjunct is dropped · eq(emailTokens.purpose, purpose)":
    "The callers have read the purpose of the token, and it never changes.",
  "src/registration/store.ts · conjunct is dropped · isNull(accounts.emailVerifiedAt)":
    "The hash of a registration of a verified address, and so its salt, is not stored in the account.",
  "src/registration/unverified-account-store.ts · boundary moves · gte(accounts.createdAt, 0)":
    "No account was created at the instant 0.",
};
