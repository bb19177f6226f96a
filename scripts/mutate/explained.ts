/** Mutants that no test can kill, and why: the key of the mutant (`targets.ts`), and the reason. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  "src/accounts/avatar/object-store.ts · operand is dropped · object": "Only an object has a content type.",
  "src/messaging/outbox/dead-message-store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
  'src/oauth/store.ts · conjunct is dropped · ${oneTimeCodes.accountId} = ${column("accountId")}':
    "The claim of a code is unique. The account and the purpose let the statement use an index.",
  "src/oauth/store.ts · conjunct is dropped · ${oneTimeCodes.purpose} = 'login'":
    "The claim of a code is unique. The account and the purpose let the statement use an index.",
  "src/sessions/access-token.ts · operand is dropped · cause instanceof errors.JWTClaimValidationFailed":
    "Of the errors that reach it, only this one has a claim `aud`.",
  'src/sessions/refresh-token.ts · operand is dropped · typeof gen !== "number"':
    "`isSafeInteger` refuses everything that is no number.",
  "src/sessions/revocation-list/store.ts · boundary moves · start < revocations.length":
    "The chunk after the last one is empty, and ends the loop.",
};
