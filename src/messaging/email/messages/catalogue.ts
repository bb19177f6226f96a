import type de from "../../../../public/mail/words/de.json";
import type en from "../../../../public/mail/words/en.json";
import type { Locale } from "../../../core/locale.ts";
import type { MailKind, MailMessage } from "../message.ts";

// The words themselves are assets, read by an isolate that sends its first mail (docs/decisions/012).
// Here they have their types: a language, or a kind in one, that is missing does not compile. What
// a sentence may name in its braces is in `placesOf` of compose-letter.ts, and held by
// test/unit/messaging/email/texts.test.ts. The first word after a German greeting is small: that ends in a comma.

/** The words of one mail. Each entry of `before` and `after` is a paragraph. */
type EmailTextCatalogue = {
  /** Never holds a person's name: it is shown on lock screens. */
  readonly subject: string;
  readonly heading: string;
  /** What happened, and what to do. */
  readonly before: readonly string[];
  /** What to do if it was not you. */
  readonly after: readonly string[];
};

/** The mails that ask for one thing, by a button that leads to their link. */
type LinkKind = Extract<MailMessage, { readonly url: string }>["kind"];

type Needed = {
  readonly greeting: string;
  readonly greetingWithoutName: string;
  /** The button of mails that lead to the sign-in page. */
  readonly signIn: string;
  /** Stands above the bare link, for readers whose button does nothing. */
  readonly linkBelow: string;
  /** Why the reader got this mail. */
  readonly footer: string;
  /** What to do if it was not you, and somebody may be able to get in. */
  readonly secureAccount: string;
  readonly mails: Readonly<Record<MailKind, EmailTextCatalogue>> &
    Readonly<Record<LinkKind, { readonly button: string }>>;
};

/** A language that says less than mails need is none. */
type Complete<L extends Record<Locale, Needed>> = L["en"];

/** Every word that mails say in one language. Names in braces stand for what `fill` of kernel/text.ts puts there. */
export type EmailTexts = Complete<{ readonly en: typeof en; readonly de: typeof de }>;
