import type { Locale } from "../../core/locale.ts";

/** A text message to send, by kind. Its texts are in `texts.ts`. */
export type SmsMessage =
  /** Verifies a phone number: six digits. */
  | { readonly kind: "phone_code"; readonly code: string }
  /** The second factor of a sign-in: six digits. */
  | { readonly kind: "sign_in_text"; readonly code: string }
  /** The notices of a removal of all factors, besides those by mail. */
  | { readonly kind: "factor_removal_text" }
  | { readonly kind: "factors_removed_text" };

/** One attempt to send one text message to one recipient. */
export type SmsDelivery = {
  readonly message: SmsMessage;
  /** One number in E.164. */
  readonly to: string;
  readonly locale: Locale;
  /** Milliseconds until the code expires. */
  readonly life: number;
  readonly idempotencyKey: string;
};
