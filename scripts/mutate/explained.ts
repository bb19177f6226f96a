/** Mutants that no test can kill, and why: the key of the mutant (`targets.ts`), and the reason. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  "src/accounts/avatar/object-store.ts · operand is dropped · object": "Only an object has a content type.",
  "src/accounts/avatar/store.ts · condition is always false · key === null":
    "No discarded object has the key null.",
  "src/admin/audit-log/store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
  "src/jobs/store.ts · boundary moves · gte(sendCounters.bucket, `${channel}/`)":
    "A bucket has an hour after the channel.",
  "src/messaging/dev-mailbox/store.ts · boundary moves · gt(mailboxMessages.createdAt, 0)":
    "No message is of 1970: the condition only makes the query a search of the index.",
  "src/messaging/outbox/dead-message-store.ts · operand is dropped · last":
    "With more rows than the limit, the page has a last row.",
  "src/messaging/outbox/store.ts · operand is dropped · owners[0]":
    "A message that was taken has an account: the foreign key deletes it with the account.",
};
