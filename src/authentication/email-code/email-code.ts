import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Locale } from "../../core/locale.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Bootstrap } from "../../registration/bootstrap-superuser.ts";
import type { ForeignAccessRemoval } from "../../registration/foreign-access.ts";

/** One counted answer to a challenge. `attempt` is unique; a later answer replaces it in the row. */
export type EmailCodeAttempt = { readonly id: string; readonly attempt: string };

/**
 * What a correct code does. `sign_in`: the account has verified the address. `claim`: a provider had only implied it.
 * `take_over`: an unproven registration has the address. `create`: no account has it.
 */
export type EmailCodeDecision = "sign_in" | "claim" | "take_over" | "create";

/** A correct code, for the batch that consumes it. */
export type EmailCodeProof = EmailCodeAttempt & {
  readonly decision: EmailCodeDecision;
  /** The address that received the code. */
  readonly email: EmailAddress;
  /** The language of a new or taken-over account's messages. */
  readonly locale: Locale;
  /** The attempt counter of email codes, which a correct code clears. */
  readonly codesLockoutKey: string;
  readonly bootstrap: Bootstrap | null;
  /** For `claim`: to the owner, and the audit events of what the batch removes. */
  readonly notice: NewMessage | null;
  readonly removal: ForeignAccessRemoval;
  readonly audits: readonly NewAuditEvent[];
};
