import type { ProviderCheck } from "../port.ts";
import { judgeAnswer } from "../rules.ts";
import type { CaptchaSettings } from "../settings.ts";
import { askSiteverify } from "./ask-siteverify.ts";

/**
 * reCAPTCHA v2, checkbox or invisible: POST /recaptcha/api/siteverify. A token lives 2 minutes and is
 * good once. It knows no action, so a token of one form is as good at another.
 */
export function createRecaptchaV2(settings: CaptchaSettings<"recaptcha-v2">, timeout: number): ProviderCheck {
  const url = `${settings.apiBase ?? "https://www.google.com"}/recaptcha/api/siteverify`;
  const { secret, hostname } = settings;
  return {
    async verify({ token, ip }, onProviderError) {
      const fields = { secret, response: token, remoteip: ip };
      const answer = await askSiteverify({ url, timeout, fields, onProviderError });
      // A score is v3's: the key is of the wrong kind, and its success tells no robot from a person.
      if (answer !== null && answer.score !== null) return "unavailable";
      return judgeAnswer(answer, (said) => said.hostname === hostname);
    },
  };
}
