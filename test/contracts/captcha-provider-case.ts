import type { CaptchaVerdict } from "../../src/captcha/port.ts";
import type { CaptchaSettings } from "../../src/captcha/settings.ts";

/** What every provider is asked about. The address and the token need escaping in a form. */
export const asked = {
  token: "0.a+token/of=the&widget %41 ✓",
  ip: "2001:db8::1",
  action: "register",
} as const;

export const HOSTNAME = "auth.example.com";

/** The keys that every provider's settings have. */
export const keys = (apiBase: string) => ({
  siteKey: "0x4AAAAAAAsite",
  secret: "0x4AAAAAAA+secret/&=",
  hostname: HOSTNAME,
  apiBase,
});

/** A `siteverify` answer as the provider words it. */
export type Said = Readonly<Record<string, unknown>>;

export type ProviderCase = {
  readonly settings: (apiBase: string) => CaptchaSettings;
  /** The provider's own host, and the path on it. */
  readonly url: string;
  /** Every field of the form, by exact value or pattern. */
  readonly fields: Readonly<Record<string, string | RegExp>>;
  /** A whole success for `asked`. */
  readonly success: Said;
  /** Answers that mean something here, each as a change to that success. */
  readonly ownAnswers: readonly {
    readonly name: string;
    readonly said: Said;
    readonly verdict: CaptchaVerdict;
  }[];
};
