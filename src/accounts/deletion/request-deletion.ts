import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { accountLockouts } from "../../authentication/lockout/lockout-keys.ts";
import { isRecentlyAuthenticated } from "../../authentication/reauthentication/rules.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type NewDeliveriesDeps, newDeletionEvents } from "../../event-deliveries/delivery.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { Account } from "../account.ts";
import { type AfterErasureDeps, afterErasure } from "./after-erasure.ts";
import type { DeletionStore } from "./store.ts";

export type StartDeletionDeps = NewDeliveriesDeps &
  AfterErasureDeps & {
    readonly deletions: Pick<DeletionStore, "start" | "erase">;
    readonly messages: Outbox;
    readonly settings: { readonly accountDeletionDelay: number };
  };

/** `dueAt`: when the account is erased; null: it is erased. */
export type StartedDeletion = { readonly dueAt: number | null };

export type DeletionFailure = {
  readonly reason: "reauthentication_required" | "last_superuser" | "changed_meanwhile";
};

type DeletionRequest = {
  readonly account: Pick<Account, "id" | "email" | "phone">;
  /** The user's session. Null: a Worker of the team asks. */
  readonly session: CurrentSession | null;
  /** The name of that Worker, for the audit log. */
  readonly worker?: string;
  /** Milliseconds until the erasure; 0 erases now. */
  readonly delay: number;
  readonly caller: Caller;
};

/** The user requests the deletion of the own account. The session must be recently authenticated. */
export async function requestDeletion(
  deps: StartDeletionDeps,
  { session, caller }: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<StartedDeletion, DeletionFailure>> {
  if (!isRecentlyAuthenticated(session, deps.clock.now()))
    return err({ reason: "reauthentication_required" });
  const { account } = session;
  return startDeletion(deps, { account, session, delay: deps.settings.accountDeletionDelay, caller });
}

/** Starts a deletion: it ends all access now, and erases the account after the delay. */
export async function startDeletion(
  deps: StartDeletionDeps,
  request: DeletionRequest,
): Promise<Result<StartedDeletion, DeletionFailure>> {
  const outcome = request.delay === 0 ? await eraseNow(deps, request) : await schedule(deps, request);
  return typeof outcome === "string" ? err({ reason: outcome }) : ok(outcome);
}

type Outcome = StartedDeletion | DeletionFailure["reason"];

const eventOf = <Type extends "account_deletion_requested" | "account_deleted">(
  deps: StartDeletionDeps,
  type: Type,
  { session, worker, caller }: DeletionRequest,
) =>
  newAuditEvent(
    deps,
    worker === undefined ? { type } : { type, details: { worker } },
    caller,
    session?.account.id ?? null,
  );

async function schedule(deps: StartDeletionDeps, request: DeletionRequest): Promise<Outcome> {
  const { account, session, delay } = request;
  const now = deps.clock.now();
  const dueAt = now + delay;
  const notice = await deps.messages.create(
    { kind: "account_deletion_requested", until: dueAt },
    { expiresAt: now + DAY },
  );
  const outcome = await deps.deletions.start({
    accountId: account.id,
    session,
    dueAt,
    notice,
    audit: eventOf(deps, "account_deletion_requested", request),
    now,
  });
  if (outcome !== "done") return outcome;
  // Awaited, as at sign-out: other Workers may read only the revocation list.
  await deps.revocationList.revokeAccount(account.id, now, deps.settings.accessTokenTtl);
  deps.messages.deliverSoon([notice.id]);
  return { dueAt };
}

async function eraseNow(deps: StartDeletionDeps, request: DeletionRequest): Promise<Outcome> {
  const { account, session } = request;
  const now = deps.clock.now();
  const audit = eventOf(deps, "account_deleted", request);
  const outcome = await deps.deletions.erase({
    account,
    session,
    lockoutKeys: await accountLockouts(deps, account),
    events: await newDeletionEvents(deps, { accountId: account.id, eventId: audit.id }),
    audit,
    now,
  });
  if (outcome !== "done") return outcome;
  afterErasure(deps, account.id);
  return { dueAt: null };
}
