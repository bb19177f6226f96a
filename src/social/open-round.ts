import type { RoundDraft } from "../identities/identity.ts";
import type { Clock } from "../kernel/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { SocialProvider } from "../social-providers/port.ts";
import { ROUND_LIFE, roundOf } from "./round.ts";
import type { SocialFailure } from "./social-failure.ts";

export type OpenRoundDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly socialProviders: ReadonlyMap<string, SocialProvider>;
  readonly settings: { readonly publicUrl: string };
};

type Departure = {
  readonly provider: string;
  /** A URL that `judgeReturnUrl` gave. */
  readonly returnTo: string;
  readonly codeChallenge: string | null;
  /** The browser's binding, where it has one: two tabs may be on their way at once. */
  readonly binding: string | undefined;
};

/** Where a browser goes, and the cookie that it takes along. */
export type Ticket = { readonly url: string; readonly binding: string };

/** The way to a provider and back, bound to a browser; it leads back once `draft` is stored. */
export async function openRound(
  { clock, secrets, socialProviders, settings }: OpenRoundDeps,
  { provider: id, returnTo, codeChallenge, ...browser }: Departure,
): Promise<Result<Ticket & { readonly draft: RoundDraft }, SocialFailure>> {
  const provider = socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  const state = newOneTimeToken();
  const binding = browser.binding ?? newOneTimeToken();
  const { publicUrl } = settings;
  const round = await roundOf(secrets.current, { publicUrl, provider: id, state });
  const url = await provider.authorize(round);
  if (!url.ok) return err({ reason: `provider_${url.error}` });
  const draft = {
    stateHash: await hashOneTimeToken(state),
    provider: id,
    bindingHash: await hashOneTimeToken(binding),
    returnTo,
    codeChallenge,
    rootId: secrets.current.id,
    expiresAt: clock.now() + ROUND_LIFE,
  };
  return ok({ url: url.value, binding, draft });
}
