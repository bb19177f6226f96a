import type { Role } from "../../accounts/account.ts";
import { type Person, visibleRoles } from "../../admin/authorization/permissions.ts";

/** Where a page ends: the last attempt at its last message, and that message's id. */
export type DeadMessagePosition = { readonly at: number; readonly id: string };

/** A message that was given up. What it said is gone, with its link or code. */
export type DeadMessageSummary = {
  readonly id: string;
  readonly kind: string;
  readonly channel: "email" | "sms";
  /** Instant at which it was queued. */
  readonly createdAt: number;
  /** Why the last attempt failed: a short token. */
  readonly reason: string | null;
  readonly account: { readonly id: string; readonly name: string; readonly email: string };
};

export type ListDeadMessagesDeps = {
  readonly outbox: {
    listDead(query: {
      /** Of accounts that have one of these roles; null for all. */
      roles: readonly Role[] | null;
      limit: number;
      after: DeadMessagePosition | null;
    }): Promise<{ messages: DeadMessageSummary[]; next: DeadMessagePosition | null }>;
  };
};

type Query = { readonly actor: Person; readonly limit: number; readonly after: DeadMessagePosition | null };

/** Mail and texts that did not reach those whom that person may see, the newest first. */
export function listDeadMessages(
  deps: ListDeadMessagesDeps,
  { actor, limit, after }: Query,
): Promise<{ readonly messages: DeadMessageSummary[]; readonly next: DeadMessagePosition | null }> {
  return deps.outbox.listDead({ roles: visibleRoles(actor.role), limit, after });
}
