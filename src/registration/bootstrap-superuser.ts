import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";

export type NewBootstrapDeps = {
  readonly clock: Clock;
  readonly settings: { readonly bootstrapSuperuser: string | null };
};

/** The account that verifies this address becomes superuser; `audit` records it. */
export type Bootstrap = { readonly emailKey: string; readonly audit: NewAuditEvent };

/**
 * Whether the account that verifies the address becomes superuser, while there is none. The policy of superusers applies
 * to that sign-in, since the same batch opens the session and sets the role.
 */
export const isBootstrapAddress = (
  { settings }: Pick<NewBootstrapDeps, "settings">,
  emailKey: string,
): boolean => settings.bootstrapSuperuser !== null && settings.bootstrapSuperuser === emailKey;

/** The bootstrap that BOOTSTRAP_SUPERUSER_EMAIL adds to a batch that verifies an address (contract §3). */
export function newBootstrap(deps: NewBootstrapDeps, caller: Caller): Bootstrap | null {
  const emailKey = deps.settings.bootstrapSuperuser;
  return emailKey === null
    ? null
    : { emailKey, audit: newAuditEvent(deps, { type: "superuser_bootstrapped" }, caller) };
}
