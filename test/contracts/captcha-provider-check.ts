import { createCaptcha } from "../../src/captcha/providers.ts";
import type { CaptchaSettings } from "../../src/captcha/settings.ts";
import { openLoopback } from "../support/loopback/loopback.ts";
import type { LoopbackAnswer } from "../support/loopback/protocol.ts";
import type { Said } from "./captcha-provider-case.ts";

/** The check that the settings name, with its host on loopback. */
export function openCheck(settingsFor: (apiBase: string) => CaptchaSettings, timeout = 5000) {
  const loopback = openLoopback();
  const check = createCaptcha(settingsFor(loopback.url), { timeout });
  if (check === null) throw new Error("captchas are off");
  return { ...loopback, verify: check.verify };
}

const headers = { "content-type": "application/json" };
export const text = (status: number, body: string): LoopbackAnswer => ({
  kind: "respond",
  status,
  headers,
  body,
});
/** A `siteverify` answer. */
export const says = (said: Said, status = 200) => text(status, JSON.stringify(said));
/** A token that the provider refuses. */
export const refusal = (...codes: string[]) => ({ success: false, "error-codes": codes });
