import type { Role } from "../../accounts/account.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";

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
  | { readonly type: "second_factor_changed"; readonly details: { readonly enabled: boolean } }
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
  | { readonly type: "identity_linked"; readonly details: { readonly provider: string } }
  | { readonly type: "identity_removed"; readonly details: { readonly provider: string } }
  | { readonly type: "signed_out"; readonly details: { readonly sessionId: string } }
  | {
      readonly type: "session_ended";
      /** `worker`: the one that asked for it over RPC. */
      readonly details: { readonly sessionId: string; readonly worker?: string };
    }
  /** All but the one that asked. */
  | { readonly type: "other_sessions_ended" }
  | { readonly type: "all_sessions_ended"; readonly details?: { readonly worker: string } }
  | {
      readonly type: "refresh_token_reused";
      readonly details: { readonly sessionId: string; readonly generation: number };
    };

type NameIn<Event> = Event extends { readonly details?: infer Details }
  ? Details extends object
    ? keyof Details
    : never
  : never;

/** What an event may tell beside its type. */
export type DetailName = NameIn<AuditEvent>;

/** Every type of the list above: one that is forgotten, or is not there, does not compile. */
const types: Record<AuditEvent["type"], true> = {
  account_registered: true,
  email_verified: true,
  email_change_requested: true,
  email_changed: true,
  profile_updated: true,
  password_changed: true,
  password_reset_requested: true,
  password_reset: true,
  second_factor_changed: true,
  account_deactivated: true,
  account_activated: true,
  account_unlocked: true,
  account_deleted: true,
  user_invited: true,
  invitation_accepted: true,
  role_changed: true,
  superuser_bootstrapped: true,
  phone_change_requested: true,
  phone_verified: true,
  phone_removed: true,
  avatar_changed: true,
  avatar_removed: true,
  signed_in: true,
  identity_linked: true,
  identity_removed: true,
  signed_out: true,
  session_ended: true,
  other_sessions_ended: true,
  all_sessions_ended: true,
  refresh_token_reused: true,
};

export const EVENT_TYPES = Object.keys(types) as [AuditEvent["type"], ...AuditEvent["type"][]];

/** An event ready to be stored beside the change that it speaks of, which also names the account. */
export type NewAuditEvent = {
  readonly id: string;
  readonly type: AuditEvent["type"];
  readonly at: number;
  /** The account that acted, or null when nobody had signed in. */
  readonly actorId: string | null;
  readonly ip: string | null;
  readonly details: Readonly<Record<string, string | number | boolean>>;
};

/** An event as the trail has it. `accountId`: whom it happened to. */
export type StoredEvent = NewAuditEvent & { readonly accountId: string };

/** Dates an event and says from where it came. */
export function newAuditEvent(
  deps: { clock: Clock },
  event: AuditEvent,
  caller: Caller,
  actorId: string | null = null,
): NewAuditEvent {
  return {
    id: newId(),
    type: event.type,
    at: deps.clock.now(),
    actorId,
    ip: caller.ip,
    details: ("details" in event && event.details) || {},
  };
}
