import type { Caller } from "../../core/caller.ts";
import { err, type Result } from "../../core/result.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { SecondFactorRequired, SignedIn } from "../sign-in-outcome.ts";
import type { AppToken, SocialProvider } from "./providers/provider.ts";
import type { ResolveAccountDeps } from "./resolve-account.ts";
import { signInWithProvider } from "./sign-in-with-provider.ts";
import type { SocialFailure } from "./social-failure.ts";

export type SignInWithTokenDeps = ResolveAccountDeps &
  CompleteFirstFactorDeps & { readonly socialProviders: ReadonlyMap<string, SocialProvider> };

type Presented = {
  readonly provider: string;
  readonly token: AppToken;
  readonly deviceToken: string | undefined;
  readonly caller: Caller;
};

/** Signs in by what an app has from the provider's own software, if the provider gave it to us. */
export async function signInWithToken(
  deps: SignInWithTokenDeps,
  { provider: id, token, deviceToken, caller }: Presented,
): Promise<Result<SignedIn | SecondFactorRequired, SocialFailure>> {
  const provider = deps.socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  if (token.kind !== provider.appToken) return err({ reason: "wrong_kind_of_token" });
  const profile = await provider.inspect(token.token);
  if (!profile.ok) return err({ reason: `provider_${profile.error}` });
  const providerLogin = {
    provider: { id, name: provider.name },
    profile: profile.value,
    deviceToken,
    caller,
  };
  return signInWithProvider(deps, providerLogin, (person, chosen) =>
    completeFirstFactor(deps, person, chosen),
  );
}
