import type { RoundDraft } from "../identities/identity.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { judgeReturnUrl } from "../login-codes/return-url.ts";
import { type OpenRoundDeps, openRound, type Ticket } from "./open-round.ts";
import type { SocialFailure } from "./social-failure.ts";

export type StartSocialDeps = OpenRoundDeps & {
  readonly socialSignIns: { open(draft: RoundDraft): Promise<void> };
  readonly settings: { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };
};

type Start = {
  readonly provider: string;
  readonly returnTo: string;
  /** S256 of a secret that an app on another origin has to keep until it exchanges its code. */
  readonly codeChallenge?: string;
  /** The browser's binding, where it has one. */
  readonly binding: string | undefined;
};

/** Sends a browser to a provider to sign in, bound to that browser by a cookie and good for one return. */
export async function startSocial(
  deps: StartSocialDeps,
  input: Start,
): Promise<Result<Ticket, SocialFailure>> {
  const { settings, socialProviders } = deps;
  if (!socialProviders.has(input.provider)) return err({ reason: "unknown_provider" });
  const returnTo = judgeReturnUrl(input.returnTo, settings);
  if (returnTo === null) return err({ reason: "return_url_refused" });
  const isOwn = new URL(returnTo).origin === settings.publicUrl;
  // RFC 9700 §2.1.1: or somebody could slip a code of theirs into another's browser (§4.5).
  if (!isOwn && input.codeChallenge === undefined) return err({ reason: "challenge_missing" });
  const { provider, binding, codeChallenge = null } = input;
  const round = await openRound(deps, { provider, returnTo, codeChallenge, binding });
  if (!round.ok) return round;
  await deps.socialSignIns.open(round.value.draft);
  return ok({ url: round.value.url, binding: round.value.binding });
}
