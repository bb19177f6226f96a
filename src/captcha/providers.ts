import { type OnProviderError, type ProviderErrorKind, providerErrorKind } from "../core/provider-error.ts";
import { type CaptchaCheck, MAX_TOKEN_LENGTH, type ProviderCheck } from "./port.ts";
import { PROVIDER_TIMEOUT } from "./providers/ask-siteverify.ts";
import { createRecaptchaV2 } from "./providers/recaptcha-v2.ts";
import { createRecaptchaV3 } from "./providers/recaptcha-v3.ts";
import { createTurnstile } from "./providers/turnstile.ts";
import type { CaptchaProviderId, CaptchaSettings } from "./settings.ts";

type Deps = {
  /** Milliseconds that one check may take; 5 seconds unless told. */
  readonly timeout?: number;
  /** Hears why nobody could vouch for anything. */
  readonly onProviderError?: OnProviderError;
};

type ProviderTable = {
  readonly [Id in CaptchaProviderId]: (
    settings: CaptchaSettings<Id>,
    timeout: number,
  ) => ProviderCheck | null;
};

const providers: ProviderTable = {
  off: () => null,
  turnstile: createTurnstile,
  "recaptcha-v2": createRecaptchaV2,
  "recaptcha-v3": createRecaptchaV3,
};

/**
 * The check that the settings name, or null when captchas are off. Whichever it is, it asks nobody
 * about a text that cannot be a token, and never throws.
 */
export function createCaptcha<Id extends CaptchaProviderId>(
  settings: CaptchaSettings<Id>,
  { timeout = PROVIDER_TIMEOUT, onProviderError = () => {} }: Deps = {},
): CaptchaCheck | null {
  const provider = providers[settings.provider](settings, timeout);
  if (provider === null) return null;
  return {
    async verify(input) {
      if (input.token === "" || input.token.length > MAX_TOKEN_LENGTH) return "failed";
      let trouble: ProviderErrorKind | null = null;
      const verdict = await provider
        .verify(input, (found) => {
          trouble = found;
        })
        .catch((cause: unknown) => {
          // The port promises it, and nobody has vouched for anything.
          trouble = providerErrorKind(cause);
          return "unavailable" as const;
        });
      // An answer that was read, and is no word on the token: about our keys, most likely.
      if (verdict === "unavailable") onProviderError(trouble ?? "error_named");
      return verdict;
    },
  };
}
