import { createCaptchaProvider } from "../../src/captcha/providers.ts";
import type { CaptchaSettings } from "../../src/captcha/settings.ts";
import { openLoopback } from "../support/loopback/loopback.ts";
import type { LoopbackAnswer } from "../support/loopback/protocol.ts";
import type { Siteverify } from "./captcha-provider-case.ts";

/** The captcha in the settings, with its host on loopback. */
export function openCaptcha(settingsFor: (apiBase: string) => CaptchaSettings, timeout = 5000) {
  const loopback = openLoopback();
  const captcha = createCaptchaProvider(settingsFor(loopback.url), { timeout });
  if (captcha === null) throw new Error("captchas are off");
  return { ...loopback, verify: captcha.verify };
}

const headers = { "content-type": "application/json" };
export const text = (status: number, body: string): LoopbackAnswer => ({
  kind: "respond",
  status,
  headers,
  body,
});
/** A `siteverify` response. */
export const responds = (body: Siteverify, status = 200) => text(status, JSON.stringify(body));
/** The response to a token that the provider rejects. */
export const refusal = (...codes: string[]) => ({ success: false, "error-codes": codes });
