import type { OnProviderError } from "../core/provider-error.ts";

/** The action that the captcha protects. The widget is rendered with the same action. */
export type CaptchaAction = "register" | "forgot" | "login" | "prove";

/**
 * `passed`: the provider confirms a human on our site for this action. `failed`: the provider denies it.
 * `unavailable`: the provider could not be reached or could not decide. It must never count as passed.
 */
export type CaptchaVerdict = "passed" | "failed" | "unavailable";

/** Verifies one token with the provider, which consumes the token. `ip` is the client's. Never throws. */
export type CaptchaProvider = {
  verify(input: {
    readonly token: string;
    readonly ip: string | null;
    readonly action: CaptchaAction;
  }): Promise<CaptchaVerdict>;
};

/** The implementation for one provider. Reports the kind of an error if it is known. May throw. */
export type CaptchaAdapter = {
  verify(
    input: Parameters<CaptchaProvider["verify"]>[0],
    onProviderError: OnProviderError,
  ): ReturnType<CaptchaProvider["verify"]>;
};

/** Longer than the tokens of all providers: Turnstile's have at most 2,048 characters, reCAPTCHA's fewer. */
export const MAX_TOKEN_LENGTH = 4096;
