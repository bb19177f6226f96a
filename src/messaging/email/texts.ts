import type { Locale } from "../../core/locale.ts";
import type { MailKind, MailMessage } from "./message.ts";
import de from "./texts/de.json";
import en from "./texts/en.json";

/** The texts of one mail. Each entry of `before` and `after` is a paragraph. */
type MailTexts = {
  /** Contains no name of a user, since lock screens show it. */
  readonly subject: string;
  readonly heading: string;
  /** What happened, and what the reader can do. */
  readonly before: readonly string[];
  /** What to do if the reader did not cause it. */
  readonly after: readonly string[];
};

/** The mails with a button that opens their link. */
type LinkKind = Extract<MailMessage, { readonly url: string }>["kind"];

/**
 * All texts of mails in one language. `placeholdersOf` of compose-content.ts lists the names in braces that a
 * text may use; test/unit/messaging/email/texts.test.ts checks them. In German the first word after the
 * greeting is in lower case, since the greeting ends in a comma.
 */
export type EmailTexts = {
  readonly greeting: string;
  readonly greetingWithoutName: string;
  /** The button of mails that lead to the sign-in page. */
  readonly signIn: string;
  /** The button of mails that lead to the page where a user asks for a new password. */
  readonly forgotPassword: string;
  /** Introduces the bare link, for readers whose button does not work. */
  readonly linkBelow: string;
  /** Why the reader got this mail. */
  readonly footer: string;
  /** What to do if the reader did not cause it and the account may be compromised. */
  readonly secureAccount: string;
  readonly mails: Readonly<Record<MailKind, MailTexts>> &
    Readonly<Record<LinkKind, { readonly button: string }>>;
};

/** A missing language, or a kind of mail that is missing in one, does not compile. */
export const emailTexts: Readonly<Record<Locale, EmailTexts>> = { en, de };
