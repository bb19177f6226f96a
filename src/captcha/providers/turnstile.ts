import { newId } from "../../core/ids.ts";
import type { CaptchaAdapter } from "../port.ts";
import { isTestSecret, judgeResponse } from "../rules.ts";
import type { CaptchaSettings } from "../settings.ts";
import { postSiteverify } from "./siteverify.ts";

/**
 * Cloudflare Turnstile: POST /turnstile/v0/siteverify. A token is valid for 300 s and once. A repeated
 * idempotency key would let a second use succeed, so each call has a new one.
 *
 * Responses for the published test secrets always have the hostname `example.com` and no action, so in
 * development neither is checked. In production the test secrets are never used.
 */
export function createTurnstile(settings: CaptchaSettings<"turnstile">, timeout: number): CaptchaAdapter {
  const url = `${settings.apiBase ?? "https://challenges.cloudflare.com"}/turnstile/v0/siteverify`;
  const { secret, hostname } = settings;
  const isTest = isTestSecret(secret);
  return {
    async verify({ token, ip, action }, onProviderError) {
      if (isTest && !settings.acceptTestSecrets) return "unavailable";
      const response = await postSiteverify({
        url,
        timeout,
        onProviderError,
        fields: { secret, response: token, remoteip: ip, idempotency_key: newId() },
      });
      return judgeResponse(response, (success) => {
        if (isTest) return true;
        return success.hostname === hostname && success.action === action && !success.fromTestKey;
      });
    },
  };
}
