import type { Role } from "../../accounts/account.ts";
import { type Person, visibleRoles } from "../authorization/permissions.ts";
import type { AuditEvent, StoredEvent } from "./audit-event.ts";

/** Where a page ends: the instant and the id of its last event. */
export type EventPosition = { readonly at: number; readonly id: string };

export type ListAuditEventsDeps = {
  readonly auditLog: {
    list(query: {
      /** Events of accounts that have one of these roles now; null for all, those of deleted accounts too. */
      roles: readonly Role[] | null;
      accountId?: string;
      type?: AuditEvent["type"];
      limit: number;
      after: EventPosition | null;
    }): Promise<{ events: StoredEvent[]; next: EventPosition | null }>;
  };
};

type Query = {
  readonly actor: Person;
  readonly accountId?: string;
  readonly type?: AuditEvent["type"];
  readonly limit: number;
  readonly after: EventPosition | null;
};

/** What happened to those whom that person may see, the newest first. */
export function listAuditEvents(
  deps: ListAuditEventsDeps,
  input: Query,
): Promise<{ readonly events: StoredEvent[]; readonly next: EventPosition | null }> {
  const { actor, ...query } = input;
  return deps.auditLog.list({ ...query, roles: visibleRoles(actor.role) });
}
