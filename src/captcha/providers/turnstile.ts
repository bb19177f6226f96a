import { newId } from "../../core/ids.ts";
import type { ProviderCheck } from "../port.ts";
import { isTestSecret, judgeAnswer } from "../rules.ts";
import type { CaptchaSettings } from "../settings.ts";
import { askSiteverify } from "./ask-siteverify.ts";

/**
 * Cloudflare Turnstile: POST /turnstile/v0/siteverify. A token lives 300 s and is good once; the
 * idempotency key would let a repeat succeed, so each call has a new one.
 *
 * The published test secrets answer for `example.com`, whatever the site, and without the widget's
 * action, so in development neither is looked at; in production they are never asked.
 */
export function createTurnstile(settings: CaptchaSettings<"turnstile">, timeout: number): ProviderCheck {
  const url = `${settings.apiBase ?? "https://challenges.cloudflare.com"}/turnstile/v0/siteverify`;
  const { secret, hostname } = settings;
  const isTest = isTestSecret(secret);
  return {
    async verify({ token, ip, action }, onProviderError) {
      if (isTest && !settings.acceptTestSecrets) return "unavailable";
      const answer = await askSiteverify({
        url,
        timeout,
        onProviderError,
        fields: { secret, response: token, remoteip: ip, idempotency_key: newId() },
      });
      return judgeAnswer(answer, (said) => {
        if (isTest) return true;
        return said.hostname === hostname && said.action === action && !said.fromTestKey;
      });
    },
  };
}
