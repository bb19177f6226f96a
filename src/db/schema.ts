// The tables by feature. Instants are integers: milliseconds since the epoch. Ids are UUIDs, hashes base64url.
// A row that an account owns refers to it by a cascading foreign key, so that deleting the account deletes the row.

export * from "./schema/accounts.ts";
export * from "./schema/audit-log.ts";
export * from "./schema/authentication.ts";
export * from "./schema/email-tokens.ts";
export * from "./schema/messaging.ts";
export * from "./schema/oauth.ts";
export * from "./schema/requests.ts";
export * from "./schema/sessions.ts";
export * from "./schema/social.ts";
