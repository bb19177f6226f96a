import type { Caller } from "../../core/caller.ts";
import { err, type Result } from "../../core/result.ts";
import {
  type ReauthenticateDeps,
  type ReauthenticationClaim,
  reauthenticate,
} from "../reauthentication/reauthenticate.ts";
import { type LinkIdentityDeps, linkIdentity } from "./link-identity.ts";
import type { AppToken, SocialProvider } from "./providers/provider.ts";
import type { SocialFailure } from "./social-failure.ts";

export type LinkWithTokenDeps = ReauthenticateDeps &
  LinkIdentityDeps & { readonly socialProviders: ReadonlyMap<string, SocialProvider> };

type Presented = ReauthenticationClaim & {
  readonly provider: string;
  readonly token: AppToken;
  readonly caller: Caller;
};

/** Links what an app has from the provider's own software to the account of its owner, who has shown that they are. */
export async function linkWithToken(
  deps: LinkWithTokenDeps,
  { provider: id, token, caller, ...claim }: Presented,
): Promise<Result<void, SocialFailure>> {
  const provider = deps.socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  // Before the password is asked for: what cannot be looked at is no attempt.
  if (token.kind !== provider.appToken) return err({ reason: "wrong_kind_of_token" });
  const proof = await reauthenticate(deps, claim);
  if (!proof.ok) return proof;
  const profile = await provider.inspect(token.token);
  if (!profile.ok) return err({ reason: `provider_${profile.error}` });
  const known = { provider: { id, name: provider.name }, profile: profile.value };
  return linkIdentity(deps, { ...known, proof: proof.value, caller });
}
