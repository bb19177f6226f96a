import { type CaptchaCheck, MAX_TOKEN_LENGTH } from "./port.ts";
import { PROVIDER_TIMEOUT } from "./providers/ask-siteverify.ts";
import { createRecaptchaV2 } from "./providers/recaptcha-v2.ts";
import { createRecaptchaV3 } from "./providers/recaptcha-v3.ts";
import { createTurnstile } from "./providers/turnstile.ts";
import type { CaptchaProviderId, CaptchaSettings } from "./settings.ts";

type Deps = {
  /** Milliseconds that one check may take; 5 seconds unless told. */
  readonly timeout?: number;
};

type ProviderTable = {
  readonly [Id in CaptchaProviderId]: (settings: CaptchaSettings<Id>, timeout: number) => CaptchaCheck | null;
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
  deps: Deps = {},
): CaptchaCheck | null {
  const provider = providers[settings.provider](settings, deps.timeout ?? PROVIDER_TIMEOUT);
  if (provider === null) return null;
  return {
    async verify(input) {
      if (input.token === "" || input.token.length > MAX_TOKEN_LENGTH) return "failed";
      try {
        return await provider.verify(input);
      } catch {
        // The port promises it, and nobody has vouched for anything.
        return "unavailable";
      }
    },
  };
}
