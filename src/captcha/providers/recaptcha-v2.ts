import type { CaptchaAdapter } from "../port.ts";
import { judgeResponse } from "../rules.ts";
import type { CaptchaSettings } from "../settings.ts";
import { postSiteverify } from "./siteverify.ts";

/**
 * reCAPTCHA v2, checkbox or invisible: POST /recaptcha/api/siteverify. A token is valid for 2 minutes and
 * once. v2 has no actions, so a token of one form is also valid for another.
 */
export function createRecaptchaV2(
  settings: CaptchaSettings<"recaptcha-v2">,
  timeout: number,
): CaptchaAdapter {
  const url = `${settings.apiBase ?? "https://www.google.com"}/recaptcha/api/siteverify`;
  const { secret, hostname } = settings;
  return {
    async verify({ token, ip }, onProviderError) {
      const fields = { secret, response: token, remoteip: ip };
      const response = await postSiteverify({ url, timeout, fields, onProviderError });
      // A score means a v3 key. Its `success` does not distinguish bots from humans.
      if (response !== null && response.score !== null) return "unavailable";
      return judgeResponse(response, (success) => success.hostname === hostname);
    },
  };
}
