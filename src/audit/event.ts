import type { Role } from "../accounts/account.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";
import { newId } from "../kernel/ids.ts";

/** The closed list of what the service remembers, each with the details that belong to it. */
export type AuditEvent =
  | { readonly type: "account_registered" }
  | { readonly type: "email_verified" }
  | { readonly type: "email_change_requested" }
  | { readonly type: "email_changed" }
  | { readonly type: "profile_updated"; readonly details: { readonly fields: string } }
  | { readonly type: "password_changed" }
  | { readonly type: "password_reset_requested" }
  | { readonly type: "password_reset" }
  | { readonly type: "second_step_chosen"; readonly details: { readonly enabled: boolean } }
  | { readonly type: "account_deactivated" }
  | { readonly type: "account_activated" }
  | { readonly type: "account_unlocked" }
  | { readonly type: "account_deleted" }
  | { readonly type: "user_invited"; readonly details: { readonly role: Role } }
  | { readonly type: "invitation_accepted" }
  | { readonly type: "role_changed"; readonly details: { readonly from: Role; readonly to: Role } }
  /** The address of BOOTSTRAP_SUPERUSER_EMAIL was proven. */
  | { readonly type: "superuser_bootstrapped" }
  | { readonly type: "phone_change_requested" }
  | { readonly type: "phone_verified" }
  | { readonly type: "phone_removed" }
  | { readonly type: "avatar_changed" }
  | { readonly type: "avatar_removed" }
  | { readonly type: "signed_in"; readonly details: { readonly sessionId: string; readonly amr: string } }
  | { readonly type: "signed_out"; readonly details: { readonly sessionId: string } }
  | { readonly type: "session_ended"; readonly details: { readonly sessionId: string } }
  | { readonly type: "all_sessions_ended" }
  | {
      readonly type: "refresh_token_reused";
      readonly details: { readonly sessionId: string; readonly generation: number };
    };

/** An event ready to be stored beside the change that it speaks of, which also names the account. */
export type AuditDraft = {
  readonly id: string;
  readonly type: AuditEvent["type"];
  readonly at: number;
  /** The account that acted, or null when nobody had signed in. */
  readonly actorId: string | null;
  readonly ip: string | null;
  readonly details: Readonly<Record<string, string | number | boolean>>;
};

/** Dates an event and says from where it came. */
export function draftAuditEvent(
  deps: { clock: Clock },
  event: AuditEvent,
  caller: Caller,
  actorId: string | null = null,
): AuditDraft {
  return {
    id: newId(),
    type: event.type,
    at: deps.clock.now(),
    actorId,
    ip: caller.ip,
    details: "details" in event ? event.details : {},
  };
}
