import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";

export type NewBootstrapDeps = {
  readonly clock: Clock;
  readonly settings: { readonly bootstrapSuperuser: string | null };
};

/** Whoever proves the address of that key becomes superuser, and the trail says so. */
export type Bootstrap = { readonly emailKey: string; readonly audit: NewAuditEvent };

/** What BOOTSTRAP_SUPERUSER_EMAIL asks of a batch that proves an address (contract §3). */
export function newBootstrap(deps: NewBootstrapDeps, caller: Caller): Bootstrap | null {
  const emailKey = deps.settings.bootstrapSuperuser;
  return emailKey === null
    ? null
    : { emailKey, audit: newAuditEvent(deps, { type: "superuser_bootstrapped" }, caller) };
}
