import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";

export type DraftBootstrapDeps = {
  readonly clock: Clock;
  readonly settings: { readonly bootstrapSuperuser: string | null };
};

/** Whoever proves the address of that key becomes superuser, and the trail says so. */
export type Bootstrap = { readonly emailKey: string; readonly audit: AuditDraft };

/** What BOOTSTRAP_SUPERUSER_EMAIL asks of a batch that proves an address (contract §3). */
export function draftBootstrap(deps: DraftBootstrapDeps, caller: Caller): Bootstrap | null {
  const emailKey = deps.settings.bootstrapSuperuser;
  return emailKey === null
    ? null
    : { emailKey, audit: draftAuditEvent(deps, { type: "superuser_bootstrapped" }, caller) };
}
