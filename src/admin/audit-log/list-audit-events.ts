import type { Actor } from "../authorization/actor.ts";
import { visibleRoles } from "../authorization/permissions.ts";
import type { AuditLogPage, AuditLogQuery, AuditLogStore } from "./store.ts";

export type ListAuditEventsDeps = { readonly auditLog: Pick<AuditLogStore, "list"> };

/** What narrows the list, and where a page starts. */
export type AuditLogFilter = Pick<
  AuditLogQuery,
  "accountId" | "emailKey" | "type" | "since" | "before" | "after"
>;

type Input = Omit<AuditLogQuery, "roles"> & { readonly actor: Actor };

/** One page of the audit events of the users that the actor may see, newest first. */
export function listAuditEvents(deps: ListAuditEventsDeps, input: Input): Promise<AuditLogPage> {
  const { actor, ...query } = input;
  return deps.auditLog.list({ ...query, roles: visibleRoles(actor) });
}
