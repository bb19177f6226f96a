import type { Locale } from "../../src/core/locale.ts";
import type { MailMessage } from "../../src/messaging/email/message.ts";
import { type MailBrand, renderEmail } from "../../src/messaging/email/messages/render-message.tsx";
import de from "../../src/messaging/email/texts/de.json";
import en from "../../src/messaging/email/texts/en.json";

const URL_WITH_TOKEN = "https://auth.example.com/verify-email?token=AbC-_123xyz&from=mail";
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

export const brand: MailBrand = {
  appName: "Acme",
  logoUrl: null,
  color: "#112233",
  publicUrl: "https://auth.example.com",
};
const SIGN_IN = `${brand.publicUrl}/sign-in`;
const FORGOT_PASSWORD = `${brand.publicUrl}/forgot-password`;

const texts = { en, de };

/** Renders one mail with the brand of these tests. */
export const renderMail = (
  message: MailMessage,
  recipientName: string | null = "Ada",
  brandChanges: Partial<MailBrand> = {},
  locale: Locale = "en",
) =>
  renderEmail({
    message,
    recipientName,
    brand: { ...brand, ...brandChanges },
    locale,
    texts: texts[locale],
    life: mailCases[message.kind].life ?? DAY_MS,
  });

export const verifyEmailMessage: MailMessage = { kind: "verify_email", url: URL_WITH_TOKEN };

type MailCase = {
  readonly message: MailMessage;
  /** The URL of its button. */
  readonly button?: string;
  readonly life?: number;
  readonly subject: Readonly<Record<Locale, string>>;
};

/** Every kind of mail. A kind without an entry here does not compile. */
export const mailCases: { readonly [Kind in MailMessage["kind"]]: MailCase } = {
  verify_email: {
    message: verifyEmailMessage,
    button: URL_WITH_TOKEN,
    life: DAY_MS,
    subject: {
      en: "Confirm your email address for Acme",
      de: "Bestätigen Sie Ihre E-Mail-Adresse für Acme",
    },
  },
  account_exists: {
    message: { kind: "account_exists" },
    button: SIGN_IN,
    subject: { en: "You already have an account at Acme", de: "Sie haben bereits ein Konto bei Acme" },
  },
  reset_password: {
    message: { kind: "reset_password", url: URL_WITH_TOKEN },
    button: URL_WITH_TOKEN,
    life: 30 * MINUTE_MS,
    subject: { en: "Choose a new password for Acme", de: "Wählen Sie ein neues Passwort für Acme" },
  },
  password_changed: {
    message: { kind: "password_changed" },
    subject: { en: "Your password for Acme was changed", de: "Ihr Passwort für Acme wurde geändert" },
  },
  sign_in_methods_reset: {
    message: { kind: "sign_in_methods_reset" },
    subject: { en: "Your password for Acme was changed", de: "Ihr Passwort für Acme wurde geändert" },
  },
  confirm_new_email: {
    message: { kind: "confirm_new_email", url: URL_WITH_TOKEN, account: "ada@example.com" },
    button: URL_WITH_TOKEN,
    life: DAY_MS,
    subject: {
      en: "Confirm your new email address for Acme",
      de: "Bestätigen Sie Ihre neue E-Mail-Adresse für Acme",
    },
  },
  new_email_taken: {
    message: { kind: "new_email_taken" },
    subject: {
      en: "Your address already has an account at Acme",
      de: "Zu Ihrer Adresse gibt es bereits ein Konto bei Acme",
    },
  },
  sign_in_methods_removed: {
    message: { kind: "sign_in_methods_removed" },
    subject: {
      en: "Earlier access to your account at Acme was removed",
      de: "Früherer Zugang zu Ihrem Konto bei Acme wurde entfernt",
    },
  },
  email_change_requested: {
    message: { kind: "email_change_requested" },
    subject: {
      en: "A new email address was asked for at Acme",
      de: "Für Ihr Konto bei Acme wurde eine neue E-Mail-Adresse angegeben",
    },
  },
  email_changed: {
    message: { kind: "email_changed" },
    subject: {
      en: "Your email address at Acme was changed",
      de: "Ihre E-Mail-Adresse bei Acme wurde geändert",
    },
  },
  account_deactivated: {
    message: { kind: "account_deactivated" },
    subject: { en: "Your account at Acme was deactivated", de: "Ihr Konto bei Acme wurde deaktiviert" },
  },
  account_deletion_requested: {
    message: { kind: "account_deletion_requested", until: Date.UTC(2026, 2, 15, 9, 30) },
    button: SIGN_IN,
    subject: { en: "Your account at Acme will be deleted", de: "Ihr Konto bei Acme wird gelöscht" },
  },
  account_deletion_cancelled: {
    message: { kind: "account_deletion_cancelled" },
    subject: { en: "Your account at Acme is kept", de: "Ihr Konto bei Acme bleibt bestehen" },
  },
  role_changed: {
    message: { kind: "role_changed" },
    subject: { en: "Your role at Acme was changed", de: "Ihre Rolle bei Acme wurde geändert" },
  },
  identity_linked: {
    message: { kind: "identity_linked", provider: "Google" },
    subject: {
      en: "Google now signs you in to Acme",
      de: "Mit Google können Sie sich jetzt bei Acme anmelden",
    },
  },
  identity_removed: {
    message: { kind: "identity_removed", provider: "Google" },
    subject: {
      en: "Google no longer signs you in to Acme",
      de: "Mit Google können Sie sich nicht mehr bei Acme anmelden",
    },
  },
  account_still_deactivated: {
    message: { kind: "account_still_deactivated" },
    subject: {
      en: "Your account at Acme is deactivated",
      de: "Ihr Konto bei Acme ist deaktiviert",
    },
  },
  account_activated: {
    message: { kind: "account_activated" },
    button: SIGN_IN,
    subject: { en: "Your account at Acme is active again", de: "Ihr Konto bei Acme ist wieder aktiv" },
  },
  passkey_added: {
    message: { kind: "passkey_added" },
    subject: {
      en: "A passkey was added at Acme",
      de: "Bei Acme wurde ein Passkey hinzugefügt",
    },
  },
  api_key_created: {
    message: { kind: "api_key_created", keyName: "Backup script", resource: "https://api.example.com" },
    subject: {
      en: "An API key was created at Acme",
      de: "Ein API-Schlüssel bei Acme wurde angelegt",
    },
  },
  invitation: {
    message: { kind: "invitation", url: URL_WITH_TOKEN },
    button: URL_WITH_TOKEN,
    life: 7 * DAY_MS,
    subject: { en: "You are invited to Acme", de: "Sie sind zu Acme eingeladen" },
  },
  invitation_without_password: {
    message: { kind: "invitation_without_password", url: URL_WITH_TOKEN },
    button: URL_WITH_TOKEN,
    life: 7 * DAY_MS,
    subject: { en: "You are invited to Acme", de: "Sie sind zu Acme eingeladen" },
  },
  login_code: {
    message: { kind: "login_code", code: "012345" },
    life: 10 * MINUTE_MS,
    subject: { en: "Your code to sign in to Acme", de: "Ihr Code zur Anmeldung bei Acme" },
  },
  sign_in_code: {
    message: { kind: "sign_in_code", code: "012345" },
    life: 10 * MINUTE_MS,
    subject: { en: "Your code to sign in to Acme", de: "Ihr Code zur Anmeldung bei Acme" },
  },
  sign_up_code: {
    message: { kind: "sign_up_code", code: "012345" },
    life: 10 * MINUTE_MS,
    subject: { en: "Your code for Acme", de: "Ihr Code für Acme" },
  },
  new_device_sign_in: {
    message: { kind: "new_device_sign_in" },
    subject: { en: "New sign-in to Acme", de: "Neue Anmeldung bei Acme" },
  },
  second_factor_enabled: {
    message: { kind: "second_factor_enabled" },
    subject: { en: "Codes by mail are on for Acme", de: "Codes per E-Mail für Acme sind eingeschaltet" },
  },
  second_factor_disabled: {
    message: { kind: "second_factor_disabled" },
    subject: { en: "Codes by mail are off for Acme", de: "Codes per E-Mail für Acme sind ausgeschaltet" },
  },
  sms_otp_enabled: {
    message: { kind: "sms_otp_enabled" },
    subject: {
      en: "Codes by text message are on for Acme",
      de: "Codes per SMS für Acme sind eingeschaltet",
    },
  },
  authenticator_added: {
    message: { kind: "authenticator_added" },
    subject: {
      en: "An authenticator app was added at Acme",
      de: "Eine Authenticator-App bei Acme wurde hinzugefügt",
    },
  },
  factor_removed: {
    message: { kind: "factor_removed" },
    subject: {
      en: "A way to sign in to Acme was removed",
      de: "Eine Anmeldemöglichkeit bei Acme wurde entfernt",
    },
  },
  passkey_second_factor_on: {
    message: { kind: "passkey_second_factor_on" },
    subject: {
      en: "Signing in to Acme now asks for your passkey",
      de: "Die Anmeldung bei Acme fragt jetzt nach Ihrem Passkey",
    },
  },
  passkey_second_factor_off: {
    message: { kind: "passkey_second_factor_off" },
    subject: {
      en: "Signing in to Acme no longer asks for your passkey",
      de: "Die Anmeldung bei Acme fragt nicht mehr nach Ihrem Passkey",
    },
  },
  recovery_codes_created: {
    message: { kind: "recovery_codes_created" },
    subject: {
      en: "New recovery codes for Acme",
      de: "Neue Wiederherstellungscodes für Acme",
    },
  },
  recovery_code_used: {
    message: { kind: "recovery_code_used", left: "3" },
    subject: {
      en: "A recovery code for Acme was used",
      de: "Ein Wiederherstellungscode für Acme wurde benutzt",
    },
  },
  phone_verified: {
    message: { kind: "phone_verified" },
    subject: {
      en: "A phone number was confirmed at Acme",
      de: "Eine Telefonnummer wurde bei Acme bestätigt",
    },
  },
  factor_removal_requested: {
    message: { kind: "factor_removal_requested", url: URL_WITH_TOKEN },
    button: URL_WITH_TOKEN,
    life: 3 * DAY_MS,
    subject: {
      en: "Your two-step verification at Acme will be removed",
      de: "Ihre Bestätigung in zwei Schritten bei Acme wird entfernt",
    },
  },
  factor_removal_cancelled: {
    message: { kind: "factor_removal_cancelled" },
    subject: { en: "Your factors at Acme stay", de: "Ihre Faktoren bei Acme bleiben" },
  },
  factors_removed: {
    message: { kind: "factors_removed" },
    subject: {
      en: "Your two-step verification at Acme was removed",
      de: "Ihre Bestätigung in zwei Schritten bei Acme wurde entfernt",
    },
  },
  phone_removed: {
    message: { kind: "phone_removed" },
    subject: {
      en: "Your phone number at Acme was removed or changed",
      de: "Ihre Telefonnummer bei Acme wurde entfernt oder geändert",
    },
  },
  account_locked: {
    message: { kind: "account_locked" },
    subject: {
      en: "Too many attempts to sign in to Acme",
      de: "Zu viele Versuche, sich bei Acme anzumelden",
    },
  },
  sign_in_stopped: {
    message: { kind: "sign_in_stopped" },
    button: FORGOT_PASSWORD,
    subject: {
      en: "Sign-in to Acme is stopped until you choose a new password",
      de: "Die Anmeldung bei Acme ist gesperrt, bis Sie ein neues Passwort wählen",
    },
  },
  session_ended_after_reuse: {
    message: { kind: "session_ended_after_reuse" },
    subject: {
      en: "We ended one of your sessions at Acme",
      de: "Wir haben eine Ihrer Sitzungen bei Acme beendet",
    },
  },
};
