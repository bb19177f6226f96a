import type { Account } from "../accounts/account.ts";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import type { NewSession } from "../sessions/session.ts";
import type { FirstFactorGrant } from "./first-factor.ts";
import type { ReplacedSession } from "./replaced-session.ts";

/** A session to store, with the grant that must still be valid in the batch that stores it. */
export type OpenSessionInput = {
  readonly grant: FirstFactorGrant;
  readonly session: NewSession;
  readonly audit: NewAuditEvent;
  /** Mailed to the owner if the device is new and the account has signed in before. */
  readonly newDeviceNotice: NewMessage | null;
  readonly replaces: ReplacedSession | null;
  /** When the user has to enrol a second factor, which the account keeps unless it has such an instant. Null: never. */
  readonly enrolmentDueAt: number | null;
};

/**
 * Why a grant opened nothing. `rate_limited`: the client has created as many accounts as it may. `until`: the instant (ms)
 * at which the lockout or the window of the limit ends.
 */
export type GrantFailure =
  | { readonly kind: "locked" | "rate_limited"; readonly until: number }
  | { readonly kind: "changed_meanwhile" };

export type OpenSessionResult = { readonly kind: "opened"; readonly account: Account } | GrantFailure;

/** The port of every use case that opens a session. */
export type SessionOpener = {
  openSession(opening: OpenSessionInput): Promise<OpenSessionResult>;
};
