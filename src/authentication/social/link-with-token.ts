import type { Caller } from "../../core/caller.ts";
import { newId } from "../../core/ids.ts";
import { err, type Result } from "../../core/result.ts";
import {
  type AccountClaim,
  type ReauthenticateDeps,
  reauthenticate,
} from "../reauthentication/reauthenticate.ts";
import type { SocialFailure } from "./errors.ts";
import { type LinkIdentityDeps, linkIdentity } from "./link-identity.ts";
import type { ProviderToken, SocialProvider } from "./providers/provider.ts";

export type LinkWithTokenDeps = ReauthenticateDeps &
  LinkIdentityDeps & { readonly socialProviders: ReadonlyMap<string, SocialProvider> };

type TokenLink = Omit<AccountClaim, "method"> & {
  readonly provider: string;
  readonly token: ProviderToken;
  readonly caller: Caller;
};

/** Reauthenticates the account's owner and links the identity of a token that a client application presents. */
export async function linkWithToken(
  deps: LinkWithTokenDeps,
  { provider: id, token, caller, ...claim }: TokenLink,
): Promise<Result<void, SocialFailure>> {
  const provider = deps.socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  // Before reauthentication: a token that cannot be verified must not count as a password attempt.
  if (token.kind !== provider.tokenKind) return err({ reason: "wrong_kind_of_token" });
  const proof = await reauthenticate(deps, { ...claim, method: "of_account" });
  if (!proof.ok) return proof;
  const verified = await provider.verifyToken(token);
  if (!verified.ok) return err({ reason: `provider_${verified.error}` });
  const { profile, idToken } = verified.value;
  const identity = {
    provider: { id, name: provider.name },
    profile,
    idToken: idToken && { ...idToken, claim: newId() },
    sealedRefreshToken: null,
  };
  return linkIdentity(deps, { ...identity, proof: proof.value, caller });
}
