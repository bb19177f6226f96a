import type { OwnerProof, TakenRound } from "../identities/identity.ts";
import type { Caller } from "../kernel/caller.ts";
import { hashOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type IssueIdentityCodeDeps, issueIdentityCode } from "../login-codes/issue-identity-code.ts";
import { readyToIssue } from "../sessions/issue-tokens.ts";
import { type GoOnDeps, goOn } from "../sign-in/go-on.ts";
import type { SecondStepDue, SignedIn } from "../sign-in/outcome.ts";
import type { ProvenPerson } from "../sign-in/proven.ts";
import type { SocialProvider } from "../social-providers/port.ts";
import { comeIn } from "./come-in.ts";
import { type LinkIdentityDeps, linkIdentity } from "./link-identity.ts";
import type { MeetDeps } from "./meet.ts";
import { ROUND_LIFE, roundOf } from "./round.ts";
import type { SocialFailure } from "./social-failure.ts";

export type FinishSocialDeps = MeetDeps &
  LinkIdentityDeps &
  GoOnDeps &
  IssueIdentityCodeDeps & {
    readonly secrets: SecretRing;
    readonly socialProviders: ReadonlyMap<string, SocialProvider>;
    readonly socialSignIns: {
      take(answer: {
        stateHash: string;
        provider: string;
        bindingHash: string;
        now: number;
      }): Promise<TakenRound | null>;
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
export type Landing = { readonly url: string; readonly signedIn: SignedIn | null };

/**
 * Takes a callback, once and in the browser that set out, asks the provider who it was, and signs in,
 * or links where an owner set out to. What fails on the way leaves nothing but a spent state.
 */
export async function finishSocial(
  deps: FinishSocialDeps,
  input: Callback,
): Promise<Result<Landing, SocialFailure>> {
  const { secrets, settings } = deps;
  const provider = deps.socialProviders.get(input.provider);
  if (!provider) return err({ reason: "unknown_provider" });
  const state = input.query.get("state");
  if (!state || !input.binding) return err({ reason: "round_dead" });
  await readyToIssue(deps);
  const pending = await deps.socialSignIns.take({
    stateHash: await hashOneTimeToken(state),
    provider: input.provider,
    bindingHash: await hashOneTimeToken(input.binding),
    now: deps.clock.now(),
  });
  const root = pending && secrets.find(pending.rootId);
  if (!root) return err({ reason: "round_dead" });
  const { publicUrl } = settings;
  const round = await roundOf(root, { publicUrl, provider: input.provider, state });
  const profile = await provider.finish(input.query, round);
  if (!profile.ok) return err({ reason: `provider_${profile.error}` });
  const { caller, deviceToken } = input;
  const known = { provider: { id: input.provider, name: provider.name }, profile: profile.value, caller };
  if (pending.sessionId !== null) {
    const linked = await linkIdentity(deps, { ...known, proof: proofOf(pending.sessionId, pending) });
    return linked.ok ? ok({ url: pending.returnTo, signedIn: null }) : linked;
  }
  const outcome = await comeIn(deps, { ...known, deviceToken }, (person, chosen) =>
    enter(deps, { person, chosen, provider: input.provider, pending }),
  );
  return outcome.ok ? ok(landingOf(pending.returnTo, outcome.value)) : outcome;
}

/** What was confirmed when its owner set out. The refresh token has moved on since, as it should. */
const proofOf = (sessionId: string, { expiresAt }: TakenRound): OwnerProof => ({
  sessionId,
  generation: null,
  at: expiresAt - ROUND_LIFE,
});

type Entering = {
  readonly person: ProvenPerson;
  readonly chosen: boolean;
  readonly provider: string;
  readonly pending: TakenRound;
};

type Entered = SignedIn | SecondStepDue | { readonly kind: "code"; readonly code: string };

/** Pages of this origin get cookies; an app on another one a code, and the second step with its exchange. */
function enter(
  deps: FinishSocialDeps,
  { person, chosen, provider, pending }: Entering,
): Promise<Result<Entered, SocialFailure>> {
  const { returnTo, codeChallenge } = pending;
  const isOwn = new URL(returnTo).origin === deps.settings.publicUrl;
  return isOwn
    ? goOn(deps, person, chosen)
    : issueIdentityCode(deps, { step: person.step, provider, returnTo, codeChallenge });
}

function landingOf(returnTo: string, outcome: Entered): Landing {
  const url = new URL(returnTo);
  if (outcome.kind === "code") url.searchParams.set("code", outcome.code);
  // It names the step that is due, and opens nothing without the mailed code.
  if (outcome.kind === "second_step") url.searchParams.set("challengeId", outcome.challengeId);
  return { url: url.href, signedIn: outcome.kind === "signed_in" ? outcome : null };
}
