import type { Locale } from "../../core/locale.ts";
import type { SmsMessage } from "./message.ts";

/** The facts in a text message. `life` is in words: "10 minutes". */
type SmsFacts = { readonly appName: string; readonly code: string; readonly life: string };

type SmsTexts = { readonly [Kind in SmsMessage["kind"]]: (facts: SmsFacts) => string };

/**
 * All texts of text messages. A missing language or kind does not compile. The texts use only the GSM
 * alphabet: any other character reduces a segment from 160 to 70 characters.
 */
export const smsTexts: Readonly<Record<Locale, SmsTexts>> = {
  en: {
    phone_code: ({ code, appName, life }) =>
      `${code} is your code for ${appName}. It works once, and for ${life}. Never pass it on.`,
    sign_in_text: ({ code, appName, life }) =>
      `${code} is your sign-in code for ${appName}. It works once, and for ${life}. Never pass it on.`,
    factor_removal_text: ({ appName, life }) =>
      `${appName}: an admin removes your two-step verification in ${life}. If you did not ask for this, cancel it: open your account or our mail.`,
    factors_removed_text: ({ appName }) =>
      `${appName}: your two-step verification was removed as requested. If that was not you, contact the support of ${appName}.`,
  },
  de: {
    phone_code: ({ code, appName, life }) =>
      `${code} ist Ihr Code für ${appName}. Er gilt einmal und ${life} lang. Geben Sie ihn nie weiter.`,
    sign_in_text: ({ code, appName, life }) =>
      `${code} ist Ihr Anmeldecode für ${appName}. Er gilt einmal und ${life} lang. Geben Sie ihn nie weiter.`,
    factor_removal_text: ({ appName, life }) =>
      `${appName}: Ein Admin entfernt Ihre zweistufige Anmeldung (Frist: ${life}). Nicht von Ihnen gewünscht? Brechen Sie es im Konto oder in unserer Mail ab.`,
    factors_removed_text: ({ appName }) =>
      `${appName}: Ihre zweistufige Anmeldung wurde wie beantragt entfernt. Waren Sie das nicht, fragen Sie den Support von ${appName}.`,
  },
};
