import type { Clock } from "../kernel/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { judgeReturnUrl } from "../login-codes/return-url.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../sessions/refresh-token.ts";
import type { SocialProvider } from "../social-providers/port.ts";
import { ROUND_LIFE, roundOf } from "./round.ts";
import type { SocialFailure } from "./social-failure.ts";

export type StartSocialDeps = RefreshTokenDeps & {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly socialProviders: ReadonlyMap<string, SocialProvider>;
  readonly socialSignIns: {
    open(draft: {
      stateHash: string;
      provider: string;
      bindingHash: string;
      session: { sessionId: string; generation: number } | null;
      returnTo: string;
      codeChallenge: string | null;
      rootId: string;
      expiresAt: number;
      now: number;
    }): Promise<"sign_in" | "link">;
  };
  readonly settings: { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };
};

type LinkRequest = {
  /** A link of another site must not link: it could be to an account of its own (RFC 9700 §4.7). */
  readonly isFromOwnPage: boolean;
  /** The session that asks, by the refresh token of the browser's own cookie. */
  readonly refreshToken: string | undefined;
};

type Start = {
  readonly provider: string;
  readonly returnTo: string;
  /** S256 of a secret that an app on another origin has to keep until it exchanges its code. */
  readonly codeChallenge?: string;
  /** The browser's binding, where it has one: two tabs may be on their way at once. */
  readonly binding: string | undefined;
  /** What is to be linked to: null signs in. */
  readonly link: LinkRequest | null;
};

/** Sends a browser to a provider, bound to that browser by a cookie and good for one return. */
export async function startSocial(
  deps: StartSocialDeps,
  input: Start,
): Promise<Result<{ readonly url: string; readonly binding: string }, SocialFailure>> {
  const { clock, secrets, settings } = deps;
  const { link } = input;
  const provider = deps.socialProviders.get(input.provider);
  if (!provider) return err({ reason: "unknown_provider" });
  const returnTo = judgeReturnUrl(input.returnTo, settings);
  if (returnTo === null) return err({ reason: "return_url_refused" });
  const { publicUrl } = settings;
  const isOwn = new URL(returnTo).origin === publicUrl;
  // RFC 9700 §2.1.1: or somebody could slip a code of theirs into another's browser (§4.5).
  if (!isOwn && input.codeChallenge === undefined) return err({ reason: "challenge_missing" });
  if (link && !link.isFromOwnPage) return err({ reason: "link_not_meant" });
  const state = newOneTimeToken();
  const binding = input.binding ?? newOneTimeToken();
  const round = await roundOf(secrets.current, { publicUrl, provider: input.provider, state });
  const url = await provider.authorize(round);
  if (!url.ok) return err({ reason: `provider_${url.error}` });
  const now = clock.now();
  const opened = await deps.socialSignIns.open({
    stateHash: await hashOneTimeToken(state),
    provider: input.provider,
    bindingHash: await hashOneTimeToken(binding),
    session: await sessionOf(deps, link?.refreshToken),
    returnTo,
    codeChallenge: input.codeChallenge ?? null,
    rootId: secrets.current.id,
    expiresAt: now + ROUND_LIFE,
    now,
  });
  // Who asked for a link is not to find themselves in another account.
  if (link && opened === "sign_in") return err({ reason: "session_ended" });
  return ok({ url: url.value, binding });
}

/** Only the latest generation: a spent refresh token must not be good for a way in of its thief's own. */
async function sessionOf(deps: StartSocialDeps, refreshToken: string | undefined) {
  if (refreshToken === undefined) return null;
  const claims = await verifyRefreshToken(deps, refreshToken);
  return claims.ok ? { sessionId: claims.value.sessionId, generation: claims.value.generation } : null;
}
