import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { isRecentlyAuthenticated } from "../reauthentication/rules.ts";
import { allowsMethod, type SignInMethodSettings } from "../sign-in-methods.ts";
import type { FactorChangeStore } from "./factor-change-store.ts";
import type { SecondFactorSettings } from "./policy.ts";

export type RemoveFactorDeps = {
  readonly clock: Clock;
  readonly settings: SignInMethodSettings & { readonly secondFactor: SecondFactorSettings };
  readonly socialProviders: ReadonlyMap<string, unknown>;
  readonly factorChanges: Pick<FactorChangeStore, "remove">;
  readonly messages: Outbox;
};

/** `last_second_factor`: the policy requires one of the account. */
export type RemoveFactorFailure = {
  readonly reason: "not_found" | "reauthentication_required" | "last_second_factor" | "last_sign_in_method";
};

/** Removes one of the user's factors. Sign-ins that wait for it cannot be completed by it any more. */
export async function removeFactor(
  deps: RemoveFactorDeps,
  { session, id, caller }: { readonly session: CurrentSession; readonly id: string; readonly caller: Caller },
): Promise<Result<void, RemoveFactorFailure>> {
  const now = deps.clock.now();
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const { account } = session;
  const { secondFactor } = deps.settings;
  const notice = await deps.messages.create({ kind: "factor_removed" }, { expiresAt: now + DAY });
  const event = { type: "factor_removed", details: { factorId: id } } as const;
  const outcome = await deps.factorChanges.remove({
    session,
    id,
    mustKeepOne: secondFactor.policies[account.role] === "required",
    usableMethods: {
      password: allowsMethod(deps.settings, "password"),
      passkey: allowsMethod(deps.settings, "passkey"),
      providers: [...deps.socialProviders.keys()],
      emailCode: allowsMethod(deps.settings, "email_code"),
    },
    notice,
    audit: newAuditEvent(deps, event, caller, account.id),
    now,
  });
  if (outcome !== "removed") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
