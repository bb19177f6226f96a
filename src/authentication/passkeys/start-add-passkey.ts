import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { mayEnrol } from "../second-factor/enrolment-rules.ts";
import type { AddPasskeyFailure } from "./add-passkey.ts";
import { newPasskeyChallenge } from "./new-challenge.ts";
import { type CreationOptions, creationOptions } from "./options.ts";
import type { RelyingParty } from "./passkey.ts";
import { hasUseForPasskey, type PasskeyUseSettings } from "./passkey-uses.ts";
import type { PasskeyRegistrationStore } from "./registration-store.ts";

export type StartAddPasskeyDeps = {
  readonly clock: Clock;
  readonly settings: PasskeyUseSettings & {
    readonly passkeys: RelyingParty;
    readonly brand: { readonly appName: string };
  };
  readonly passkeyRegistrations: Pick<PasskeyRegistrationStore, "start">;
};

/** The options for a new passkey of the caller's account. Its answer must come from the same session. */
export async function startAddPasskey(
  deps: StartAddPasskeyDeps,
  { session }: { readonly session: CurrentSession },
): Promise<Result<CreationOptions, AddPasskeyFailure>> {
  if (!hasUseForPasskey(deps.settings, session)) return err({ reason: "passkeys_off" });
  const challenge = newPasskeyChallenge(deps);
  if (!mayEnrol(session, challenge.createdAt)) return err({ reason: "reauthentication_required" });
  const existing = await deps.passkeyRegistrations.start(challenge, session);
  const { appName } = deps.settings.brand;
  const { account } = session;
  return ok(
    creationOptions(deps.settings.passkeys, { challenge: challenge.challenge, account, existing, appName }),
  );
}
