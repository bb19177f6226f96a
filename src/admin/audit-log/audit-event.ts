import type { Role } from "../../accounts/account.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";

/** The closed list of audit events, each with its details. */
export type AuditEvent =
  | { readonly type: "account_registered" }
  | { readonly type: "email_verified" }
  | { readonly type: "email_change_requested" }
  | { readonly type: "email_changed" }
  /** `fields`: the names of the changed fields, the metadata included. `worker`: the Worker that changed them over RPC. */
  | {
      readonly type: "profile_updated";
      readonly details: { readonly fields: string; readonly worker?: string };
    }
  /** `fields`: the names of the custom sign-up fields that the user has answered after the sign-up. */
  | { readonly type: "sign_up_fields_answered"; readonly details: { readonly fields: string } }
  | { readonly type: "password_changed" }
  | { readonly type: "password_reset_requested" }
  | { readonly type: "password_reset" }
  | { readonly type: "second_factor_changed"; readonly details: { readonly enabled: boolean } }
  /** An admin requested the removal of all factors of the user. `dueAt`: when it happens. */
  | { readonly type: "factor_removal_requested"; readonly details: { readonly dueAt: string } }
  | {
      readonly type: "factor_removal_cancelled";
      readonly details: { readonly by: "link" | "session" | "admin" };
    }
  | { readonly type: "factors_removed" }
  /** `factor`: its kind. An event about an existing factor gets it in the batch of the change. */
  | {
      readonly type: "factor_added" | "factor_removed";
      readonly details: { readonly factorId: string; readonly factor?: string };
    }
  /** `changes`: the names of the changed fields. */
  | {
      readonly type: "factor_changed";
      readonly details: { readonly factorId: string; readonly changes: string; readonly factor?: string };
    }
  /** A new set, which voids the earlier one. */
  | { readonly type: "recovery_codes_created" }
  | { readonly type: "account_deactivated" }
  | { readonly type: "account_activated" }
  | { readonly type: "account_unlocked" }
  /** `worker`: the Worker that asked for it over RPC. */
  | {
      readonly type: "account_deletion_requested" | "account_deletion_cancelled" | "account_deleted";
      readonly details?: { readonly worker: string };
    }
  | { readonly type: "user_invited"; readonly details: { readonly role: Role } }
  | { readonly type: "invitation_accepted" }
  | { readonly type: "role_changed"; readonly details: { readonly from: Role; readonly to: Role } }
  /** The address in BOOTSTRAP_SUPERUSER_EMAIL was verified. */
  | { readonly type: "superuser_bootstrapped" }
  | { readonly type: "phone_change_requested" }
  | { readonly type: "phone_verified" }
  | { readonly type: "phone_removed" }
  | { readonly type: "avatar_changed" }
  | { readonly type: "avatar_removed" }
  | { readonly type: "signed_in"; readonly details: { readonly sessionId: string; readonly amr: string } }
  /** Aggregated: one event per account, or address without an account, and hour. Includes attempts that a lockout refused. */
  | { readonly type: "sign_in_failed"; readonly details: { readonly count: number } }
  /** Sign-in from unknown devices, or from known ones, was locked. `unlock`: what ends it. */
  | { readonly type: "account_locked"; readonly details: { readonly unlock: "time" | "reset" } }
  | { readonly type: "device_forgotten"; readonly details: { readonly deviceId: string } }
  /** Sign-ins on the device need no second factor, by the user's choice. */
  | { readonly type: "device_trusted"; readonly details: { readonly deviceId: string } }
  | { readonly type: "device_trust_ended"; readonly details: { readonly deviceId: string } }
  | { readonly type: "identity_linked"; readonly details: { readonly provider: string } }
  | { readonly type: "identity_removed"; readonly details: { readonly provider: string } }
  /** The signature counter of a passkey did not go up: another copy of its authenticator may exist. */
  | {
      readonly type: "passkey_counter_regressed";
      readonly details: { readonly factorId: string; readonly stored: number; readonly reported: number };
    }
  | { readonly type: "signed_out"; readonly details: { readonly sessionId: string } }
  | {
      readonly type: "session_ended";
      /** `worker`: the Worker that ended it over RPC. `client`: the OAuth client that revoked it. */
      readonly details: { readonly sessionId: string; readonly worker?: string; readonly client?: string };
    }
  /** All but the session of the request. */
  | { readonly type: "other_sessions_ended" }
  | { readonly type: "all_sessions_ended"; readonly details?: { readonly worker: string } }
  | {
      readonly type: "refresh_token_reused";
      readonly details: { readonly sessionId: string; readonly generation: number };
    }
  /** An OAuth client got tokens of the user. `client`: its id. */
  | {
      readonly type: "client_session_opened";
      readonly details: { readonly sessionId: string; readonly client: string };
    }
  | {
      readonly type: "api_key_created";
      readonly details: { readonly keyId: string; readonly resource: string };
    }
  /** `keyId`: several ids, separated by spaces, when the owner of the address removed what its earlier user had set up. */
  | { readonly type: "api_key_revoked"; readonly details: { readonly keyId: string } }
  /** An authorization code was used again. The session that its first use opened has ended. */
  | { readonly type: "authorization_code_reused"; readonly details: { readonly sessionId: string } }
  /** The user allowed an OAuth client, or it is one of the operator's team. `scope`: that of the request. */
  | {
      readonly type: "app_authorized";
      readonly details: { readonly client: string; readonly scope: string };
    }
  /** The user allowed, or refused, a device of an OAuth client. */
  | {
      readonly type: "device_authorized" | "device_denied";
      readonly details: { readonly client: string; readonly scope: string };
    }
  /** A client did not accept the notice of a session's end for a day (back-channel logout). */
  | {
      readonly type: "logout_notice_dropped";
      readonly details: { readonly client: string; readonly sessionId: string; readonly reason: string };
    }
  /** The user ended the access of an OAuth client. */
  | { readonly type: "app_revoked"; readonly details: { readonly client: string } }
  /** A refresh token was presented by another user agent than at the last rotation. A retry by it is refused. */
  | {
      readonly type: "user_agent_changed";
      readonly details: { readonly sessionId: string; readonly generation: number };
    }
  /** Events about an OAuth client have the account that acted, or the nil UUID for an operator. */
  | { readonly type: "client_created"; readonly details: { readonly client: string } }
  /** `changes`: the names of the changed fields. */
  | {
      readonly type: "client_updated";
      readonly details: { readonly client: string; readonly changes: string };
    }
  | { readonly type: "client_deleted"; readonly details: { readonly client: string } }
  | { readonly type: "client_secret_created"; readonly details: { readonly client: string } }
  | { readonly type: "client_secret_deleted"; readonly details: { readonly client: string } };

type DetailNameIn<Audited> = Audited extends { readonly details?: infer Details }
  ? Details extends object
    ? keyof Details
    : never
  : never;

/** The names of the details of all events. */
export type DetailName = DetailNameIn<AuditEvent>;

/** Every type of the union above. A missing or unknown type does not compile. */
const types: Record<AuditEvent["type"], true> = {
  account_registered: true,
  email_verified: true,
  email_change_requested: true,
  email_changed: true,
  profile_updated: true,
  sign_up_fields_answered: true,
  password_changed: true,
  password_reset_requested: true,
  password_reset: true,
  second_factor_changed: true,
  factor_removal_requested: true,
  factor_removal_cancelled: true,
  factors_removed: true,
  factor_added: true,
  factor_removed: true,
  factor_changed: true,
  recovery_codes_created: true,
  account_deactivated: true,
  account_activated: true,
  account_unlocked: true,
  account_deletion_requested: true,
  account_deletion_cancelled: true,
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
  sign_in_failed: true,
  account_locked: true,
  device_forgotten: true,
  device_trusted: true,
  device_trust_ended: true,
  identity_linked: true,
  identity_removed: true,
  passkey_counter_regressed: true,
  signed_out: true,
  session_ended: true,
  other_sessions_ended: true,
  all_sessions_ended: true,
  refresh_token_reused: true,
  user_agent_changed: true,
  authorization_code_reused: true,
  device_authorized: true,
  device_denied: true,
  logout_notice_dropped: true,
  client_session_opened: true,
  api_key_created: true,
  api_key_revoked: true,
  app_authorized: true,
  app_revoked: true,
  client_created: true,
  client_updated: true,
  client_deleted: true,
  client_secret_created: true,
  client_secret_deleted: true,
};

export const EVENT_TYPES = Object.keys(types) as [AuditEvent["type"], ...AuditEvent["type"][]];

/** An event that is not stored yet. Its account is known to the store, which writes it in the batch of the change. */
export type NewAuditEvent = {
  readonly id: string;
  readonly type: AuditEvent["type"];
  readonly at: number;
  /** The account that acted, or null if no user was signed in. */
  readonly actorId: string | null;
  readonly ip: string | null;
  readonly details: Readonly<Record<string, string | number | boolean>>;
};

/** An event in the audit log. `accountId`: the account that it is about. */
export type StoredEvent = NewAuditEvent & { readonly accountId: string };

/** The end of a page: the instant and the id of its last event. */
export type EventPosition = { readonly at: number; readonly id: string };

/** Adds id, instant, actor and IP address to an event. */
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
