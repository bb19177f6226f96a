import { type OnProviderError, type ProviderErrorKind, providerErrorKind } from "../core/provider-error.ts";
import { type CaptchaAdapter, type CaptchaProvider, MAX_TOKEN_LENGTH } from "./port.ts";
import { createRecaptchaV2 } from "./providers/recaptcha-v2.ts";
import { createRecaptchaV3 } from "./providers/recaptcha-v3.ts";
import { SITEVERIFY_TIMEOUT_MS } from "./providers/siteverify.ts";
import { createTurnstile } from "./providers/turnstile.ts";
import type { CaptchaProviderId, CaptchaSettings } from "./settings.ts";

type Deps = {
  /** Milliseconds per verification. The default is 5 seconds. */
  readonly timeout?: number;
  /** Called with the reason if the verdict is `unavailable`. */
  readonly onProviderError?: OnProviderError;
};

type ProviderTable = {
  readonly [Id in CaptchaProviderId]: (
    settings: CaptchaSettings<Id>,
    timeout: number,
  ) => CaptchaAdapter | null;
};

const providers: ProviderTable = {
  off: () => null,
  turnstile: createTurnstile,
  "recaptcha-v2": createRecaptchaV2,
  "recaptcha-v3": createRecaptchaV3,
};

/**
 * Creates the provider of the settings, or null if captchas are off. Never sends a text that cannot be a
 * token to the provider, and never throws.
 */
export function createCaptchaProvider<Id extends CaptchaProviderId>(
  settings: CaptchaSettings<Id>,
  { timeout = SITEVERIFY_TIMEOUT_MS, onProviderError = () => {} }: Deps = {},
): CaptchaProvider | null {
  const adapter = providers[settings.provider](settings, timeout);
  if (adapter === null) return null;
  return {
    async verify(input) {
      if (input.token === "" || input.token.length > MAX_TOKEN_LENGTH) return "failed";
      let errorKind: ProviderErrorKind | null = null;
      const verdict = await adapter
        .verify(input, (kind) => {
          errorKind = kind;
        })
        .catch((cause: unknown) => {
          // The port must not throw, and an error must not count as passed.
          errorKind = providerErrorKind(cause);
          return "unavailable" as const;
        });
      // Without a known kind, the provider responded with an error that is not about the token, likely our keys.
      if (verdict === "unavailable") onProviderError(errorKind ?? "error_named");
      return verdict;
    },
  };
}
