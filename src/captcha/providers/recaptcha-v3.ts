import type { ProviderCheck } from "../port.ts";
import { judgeAnswer } from "../rules.ts";
import type { CaptchaSettings } from "../settings.ts";
import { askSiteverify } from "./ask-siteverify.ts";

/**
 * reCAPTCHA v3: POST /recaptcha/api/siteverify. A token lives 2 minutes and is good once. Its success
 * means only that the token is real: whom it takes for a person is in the score.
 */
export function createRecaptchaV3(settings: CaptchaSettings<"recaptcha-v3">, timeout: number): ProviderCheck {
  const url = `${settings.apiBase ?? "https://www.google.com"}/recaptcha/api/siteverify`;
  const { secret, hostname, minScore } = settings;
  return {
    async verify({ token, ip, action }, onProviderError) {
      const fields = { secret, response: token, remoteip: ip };
      const answer = await askSiteverify({ url, timeout, fields, onProviderError });
      return judgeAnswer(
        answer,
        (said) =>
          said.hostname === hostname &&
          said.action === action &&
          said.score !== null &&
          said.score >= minScore,
      );
    },
  };
}
