import type { Caller } from "../kernel/caller.ts";
import { err, type Result } from "../kernel/result.ts";
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
  readonly deviceToken: string | undefined;
  readonly caller: Caller;
};

/** Signs in by what an app has from the provider's own software, if the provider gave it to us. */
export async function signInByToken(
  deps: SignInByTokenDeps,
  { provider: id, token, deviceToken, caller }: Presented,
): Promise<Result<SignedIn | SecondStepDue, SocialFailure>> {
  const provider = deps.socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  if (token.kind !== provider.appToken) return err({ reason: "wrong_kind_of_token" });
  const profile = await provider.inspect(token.token);
  if (!profile.ok) return err({ reason: `provider_${profile.error}` });
  const encounter = { provider: { id, name: provider.name }, profile: profile.value, deviceToken, caller };
  return comeIn(deps, encounter, (person, chosen) => goOn(deps, person, chosen));
}
