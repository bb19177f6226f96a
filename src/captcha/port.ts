import type { OnProviderError } from "../core/provider-error.ts";

/** What the person is about to do. Widgets are rendered with this very word as their action. */
export type CaptchaAction = "register" | "forgot" | "login" | "prove";

/**
 * `passed`: the provider vouches for a person, on our site, at this action. `failed`: it was asked
 * and does not. `unavailable`: it could not be asked, or could not say; never to be taken for a yes.
 */
export type CaptchaVerdict = "passed" | "failed" | "unavailable";

/** Asks the provider about one token, which is spent by it. `ip` is the client's. Never throws. */
export type CaptchaCheck = {
  verify(input: {
    readonly token: string;
    readonly ip: string | null;
    readonly action: CaptchaAction;
  }): Promise<CaptchaVerdict>;
};

/** The same as one provider does it, which says what went wrong where it knows. May throw. */
export type ProviderCheck = {
  verify(
    input: Parameters<CaptchaCheck["verify"]>[0],
    onProviderError: OnProviderError,
  ): ReturnType<CaptchaCheck["verify"]>;
};

/** Tokens of every provider are shorter: Turnstile's have 2,048 characters at most, reCAPTCHA's fewer. */
export const MAX_TOKEN_LENGTH = 4096;
