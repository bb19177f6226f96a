import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";

export type NewBootstrapDeps = {
  readonly clock: Clock;
  readonly settings: { readonly bootstrapSuperuser: string | null };
};

/** The account that verifies this address becomes superuser; `audit` records it. */
export type Bootstrap = { readonly emailKey: string; readonly audit: NewAuditEvent };

/** The bootstrap that BOOTSTRAP_SUPERUSER_EMAIL adds to a batch that verifies an address (contract §3). */
export function newBootstrap(deps: NewBootstrapDeps, caller: Caller): Bootstrap | null {
  const emailKey = deps.settings.bootstrapSuperuser;
  return emailKey === null
    ? null
    : { emailKey, audit: newAuditEvent(deps, { type: "superuser_bootstrapped" }, caller) };
}
