import type { CaptchaAdapter } from "../port.ts";
import { judgeResponse } from "../rules.ts";
import type { CaptchaSettings } from "../settings.ts";
import { postSiteverify } from "./siteverify.ts";

/**
 * reCAPTCHA v3: POST /recaptcha/api/siteverify. A token is valid for 2 minutes and once. `success` means
 * only that the token is authentic. The score distinguishes bots from humans.
 */
export function createRecaptchaV3(
  settings: CaptchaSettings<"recaptcha-v3">,
  timeout: number,
): CaptchaAdapter {
  const url = `${settings.apiBase ?? "https://www.google.com"}/recaptcha/api/siteverify`;
  const { secret, hostname, minScore } = settings;
  return {
    async verify({ token, ip, action }, onProviderError) {
      const fields = { secret, response: token, remoteip: ip };
      const response = await postSiteverify({ url, timeout, fields, onProviderError });
      return judgeResponse(
        response,
        (success) =>
          success.hostname === hostname &&
          success.action === action &&
          success.score !== null &&
          success.score >= minScore,
      );
    },
  };
}
