import type { Caller } from "../kernel/caller.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type GoOnDeps, goOn } from "../sign-in/go-on.ts";
import type { SecondStepDue, SignedIn } from "../sign-in/outcome.ts";
import type { AppToken, SocialProvider } from "../social-providers/port.ts";
import { comeIn } from "./come-in.ts";
import type { MeetDeps } from "./meet.ts";
import type { SocialFailure } from "./social-failure.ts";

export type SignInByTokenDeps = MeetDeps &
  GoOnDeps & { readonly socialProviders: ReadonlyMap<string, SocialProvider> };

type Presented = {
  readonly provider: string;
  readonly token: AppToken;
  /** The caller's own session, whose account gets the identity first. */
  readonly sessionId: string | null;
  readonly deviceToken: string | undefined;
  readonly caller: Caller;
};

/** Signs in by what an app has from the provider's own software, if the provider gave it to us. */
export async function signInByToken(
  deps: SignInByTokenDeps,
  input: Presented,
): Promise<Result<SignedIn | SecondStepDue, SocialFailure>> {
  const provider = deps.socialProviders.get(input.provider);
  if (!provider) return err({ reason: "unknown_provider" });
  if (input.token.kind !== provider.appToken) return err({ reason: "wrong_kind_of_token" });
  const profile = await provider.inspect(input.token.token);
  if (!profile.ok) return err({ reason: `provider_${profile.error}` });
  const { sessionId, deviceToken, caller } = input;
  const person = { provider: { id: input.provider, name: provider.name }, profile: profile.value };
  const enter = (sessionOrNull: string | null) =>
    comeIn(deps, { ...person, sessionId: sessionOrNull, deviceToken, caller }, (who, chosen) =>
      goOn(deps, who, chosen),
    );
  const outcome = await enter(sessionId);
  if (!outcome.ok) return outcome;
  if (outcome.value.kind !== "linked") return ok(outcome.value);
  // Linked now: the same identity signs in to that account.
  const after = await enter(null);
  if (!after.ok) return after;
  return after.value.kind === "linked" ? err({ reason: "changed_meanwhile" }) : ok(after.value);
}
