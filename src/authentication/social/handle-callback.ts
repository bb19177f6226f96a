import type { Caller } from "../../core/caller.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type IssueCodeForIdentityDeps, issueCodeForIdentity } from "../../oauth/issue-code-for-identity.ts";
import { warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import type { SecondFactorRequired, SignedIn } from "../sign-in-outcome.ts";
import type { ConsumedOAuthTransaction, ReauthenticationProof } from "./identity.ts";
import { type LinkIdentityDeps, linkIdentity } from "./link-identity.ts";
import { OAUTH_TRANSACTION_TTL_MS, oauthTransactionOf } from "./oauth-transaction.ts";
import type { SocialProvider } from "./providers/provider.ts";
import type { ResolveAccountDeps } from "./resolve-account.ts";
import { signInWithProvider } from "./sign-in-with-provider.ts";
import type { SocialFailure } from "./social-failure.ts";

export type HandleCallbackDeps = ResolveAccountDeps &
  LinkIdentityDeps &
  CompleteFirstFactorDeps &
  IssueCodeForIdentityDeps & {
    readonly secrets: SecretRing;
    readonly socialProviders: ReadonlyMap<string, SocialProvider>;
    readonly oauthTransactions: {
      take(answer: {
        stateHash: string;
        provider: string;
        bindingHash: string;
        now: number;
      }): Promise<ConsumedOAuthTransaction | null>;
    };
    readonly settings: { readonly publicUrl: string };
  };

type Callback = {
  readonly provider: string;
  readonly query: URLSearchParams;
  /** The browser's binding cookie. */
  readonly binding: string | undefined;
  readonly deviceToken: string | undefined;
  readonly caller: Caller;
};

/** Where the browser goes, and the session that it takes along, if it is to have one. */
export type CallbackResult = { readonly url: string; readonly signedIn: SignedIn | null };

/**
 * Takes a callback, once and in the browser that set out, asks the provider who it was, and signs in,
 * or links where an owner set out to. What fails on the way leaves nothing but a spent state.
 */
export async function handleCallback(
  deps: HandleCallbackDeps,
  input: Callback,
): Promise<Result<CallbackResult, SocialFailure>> {
  const { secrets, settings } = deps;
  const provider = deps.socialProviders.get(input.provider);
  if (!provider) return err({ reason: "unknown_provider" });
  const state = input.query.get("state");
  if (!state || !input.binding) return err({ reason: "transaction_expired" });
  await warmSigningKey(deps);
  const pending = await deps.oauthTransactions.take({
    stateHash: await hashOneTimeToken(state),
    provider: input.provider,
    bindingHash: await hashOneTimeToken(input.binding),
    now: deps.clock.now(),
  });
  const root = pending && secrets.find(pending.rootId);
  if (!root) return err({ reason: "transaction_expired" });
  const { publicUrl } = settings;
  const transaction = await oauthTransactionOf(root, { publicUrl, provider: input.provider, state });
  const profile = await provider.finish(input.query, transaction);
  if (!profile.ok) return err({ reason: `provider_${profile.error}` });
  const { caller, deviceToken } = input;
  const known = { provider: { id: input.provider, name: provider.name }, profile: profile.value, caller };
  if (pending.sessionId !== null) {
    const linked = await linkIdentity(deps, { ...known, proof: proofOf(pending.sessionId, pending) });
    return linked.ok ? ok({ url: pending.returnTo, signedIn: null }) : linked;
  }
  const outcome = await signInWithProvider(deps, { ...known, deviceToken }, (person, chosen) =>
    enter(deps, { person, chosen, provider: input.provider, pending }),
  );
  return outcome.ok ? ok(landingOf(pending.returnTo, outcome.value)) : outcome;
}

/** What was confirmed when its owner set out. The refresh token has moved on since, as it should. */
const proofOf = (sessionId: string, { expiresAt }: ConsumedOAuthTransaction): ReauthenticationProof => ({
  sessionId,
  generation: null,
  at: expiresAt - OAUTH_TRANSACTION_TTL_MS,
});

type Entering = {
  readonly person: FirstFactorResult;
  readonly chosen: boolean;
  readonly provider: string;
  readonly pending: ConsumedOAuthTransaction;
};

type Entered = SignedIn | SecondFactorRequired | { readonly kind: "code"; readonly code: string };

/** Pages of this origin get cookies; an app on another one a code, and the second step with its exchange. */
function enter(
  deps: HandleCallbackDeps,
  { person, chosen, provider, pending }: Entering,
): Promise<Result<Entered, SocialFailure>> {
  const { returnTo, codeChallenge } = pending;
  const isOwn = new URL(returnTo).origin === deps.settings.publicUrl;
  return isOwn
    ? completeFirstFactor(deps, person, chosen)
    : issueCodeForIdentity(deps, { step: person.step, provider, returnTo, codeChallenge });
}

function landingOf(returnTo: string, outcome: Entered): CallbackResult {
  const url = new URL(returnTo);
  if (outcome.kind === "code") url.searchParams.set("code", outcome.code);
  // It names the step that is due, and opens nothing without the mailed code.
  if (outcome.kind === "second_factor_required") url.searchParams.set("challengeId", outcome.challengeId);
  return { url: url.href, signedIn: outcome.kind === "signed_in" ? outcome : null };
}
