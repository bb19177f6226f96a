/** Mutants that no test can kill, and why: the key of the mutant (`targets.ts`), and the reason. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  "src/accounts/avatar/object-store.ts · operand is dropped · object": "Only an object has a content type.",
  "src/messaging/outbox/dead-message-store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
};
