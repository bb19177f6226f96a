import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { isRecentlyAuthenticated } from "../../authentication/reauthentication/rules.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { PhoneStore } from "./store.ts";

export type RemovePhoneDeps = {
  readonly clock: Clock;
  readonly phones: Pick<PhoneStore, "remove">;
  readonly messages: Outbox;
};

export type RemovePhoneFailure = { readonly reason: "reauthentication_required" };

/**
 * Removes the account's phone number and voids its codes. Without a number it changes nothing. The session must be
 * recently authenticated.
 */
export async function removePhone(
  deps: RemovePhoneDeps,
  input: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<void, RemovePhoneFailure>> {
  const { session, caller } = input;
  const now = deps.clock.now();
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const removalNotice = await deps.messages.create({ kind: "phone_removed" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "phone_removed" }, caller, session.account.id);
  const outcome = await deps.phones.remove({ session, removalNotice, audit, now });
  if (outcome === "reauthentication_required") return err({ reason: outcome });
  deps.messages.deliverSoon([removalNotice.id]);
  return ok(undefined);
}
