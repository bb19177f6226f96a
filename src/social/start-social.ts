import type { Clock } from "../kernel/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../sessions/refresh-token.ts";
import type { SocialProvider } from "../social-providers/port.ts";
import { judgeReturnUrl } from "./return-url.ts";
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
    }): Promise<void>;
  };
  readonly settings: { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };
};

type Start = {
  readonly provider: string;
  readonly returnTo: string;
  /** S256 of a secret that an app on another origin keeps until it exchanges its code. */
  readonly codeChallenge?: string;
  /** The browser's binding, where it has one: two tabs may be on their way at once. */
  readonly binding: string | undefined;
  /** The session that asks for a link, by the refresh token of the browser's own cookie. */
  readonly refreshToken: string | undefined;
};

/** Sends a browser to a provider, bound to that browser by a cookie and good for one return. */
export async function startSocial(
  deps: StartSocialDeps,
  input: Start,
): Promise<Result<{ readonly url: string; readonly binding: string }, SocialFailure>> {
  const { clock, secrets, settings } = deps;
  const provider = deps.socialProviders.get(input.provider);
  if (!provider) return err({ reason: "unknown_provider" });
  const returnTo = judgeReturnUrl(input.returnTo, settings);
  if (returnTo === null) return err({ reason: "return_url_refused" });
  const state = newOneTimeToken();
  const binding = input.binding ?? newOneTimeToken();
  const { publicUrl } = settings;
  const round = await roundOf(secrets.current, { publicUrl, provider: input.provider, state });
  const url = await provider.authorize(round);
  if (!url.ok) return err({ reason: `provider_${url.error}` });
  const now = clock.now();
  await deps.socialSignIns.open({
    stateHash: await hashOneTimeToken(state),
    provider: input.provider,
    bindingHash: await hashOneTimeToken(binding),
    session: await sessionOf(deps, input.refreshToken),
    returnTo,
    codeChallenge: input.codeChallenge ?? null,
    rootId: secrets.current.id,
    expiresAt: now + ROUND_LIFE,
    now,
  });
  return ok({ url: url.value, binding });
}

/** Only the latest generation: a spent refresh token must not be good for a way in of its thief's own. */
async function sessionOf(deps: StartSocialDeps, refreshToken: string | undefined) {
  if (refreshToken === undefined) return null;
  const claims = await verifyRefreshToken(deps, refreshToken);
  return claims.ok ? { sessionId: claims.value.sessionId, generation: claims.value.generation } : null;
}
