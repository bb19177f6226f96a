import type { Caller } from "../../core/caller.ts";
import { newId } from "../../core/ids.ts";
import { err, type Result } from "../../core/result.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { SecondFactorRequired, SignedIn } from "../sign-in-outcome.ts";
import type { SocialFailure } from "./errors.ts";
import type { ProviderToken, SocialProvider } from "./providers/provider.ts";
import { afterAttachment, type ResolveAccountDeps, resolveAccount } from "./resolve-account.ts";

export type SignInWithTokenDeps = ResolveAccountDeps &
  CompleteFirstFactorDeps & { readonly socialProviders: ReadonlyMap<string, SocialProvider> };

type TokenLogin = {
  readonly provider: string;
  readonly token: ProviderToken;
  readonly deviceTokens: readonly string[];
  /** The audience of the tokens. */
  readonly audience: string;
  /** The session whose cookies the response replaces. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

/**
 * Signs in with a token that a client application got from the provider's SDK. Its audience must be this service. An ID
 * token opens one sign-in.
 */
export async function signInWithToken(
  deps: SignInWithTokenDeps,
  { provider: id, token, ...client }: TokenLogin,
): Promise<Result<SignedIn | SecondFactorRequired, SocialFailure>> {
  const provider = deps.socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  if (token.kind !== provider.tokenKind) return err({ reason: "wrong_kind_of_token" });
  const verified = await provider.verifyToken(token);
  if (!verified.ok) return err({ reason: `provider_${verified.error}` });
  const { profile, idToken } = verified.value;
  const login = {
    provider: { id, name: provider.name },
    profile,
    // One claim for both attempts: the first may store it and fail otherwise.
    idToken: idToken && { ...idToken, claim: newId() },
    sealedRefreshToken: null,
    ...client,
  };
  return retryOnConflict<SignedIn | SecondFactorRequired, SocialFailure>(async () => {
    const resolved = await resolveAccount(deps, login);
    if (!resolved.ok) return resolved;
    const { firstFactor, factorFacts } = resolved.value;
    const completed = await completeFirstFactor(deps, firstFactor, factorFacts);
    if (completed.ok) afterAttachment(deps, resolved.value);
    return completed;
  });
}
