import type { Locale } from "../../kernel/locale.ts";
import type { MailKind } from "../message.ts";

/** What a sentence may speak of. `appName` is one line of text, not yet escaped for HTML. */
export type Facts = { readonly appName: string };

/** The same, for a mail whose link or code dies: `life` is in words, as in "24 hours". */
export type LinkFacts = Facts & { readonly life: string };

/** The same, for a mail about a provider of sign-in. */
export type ProviderFacts = Facts & { readonly provider: string };

/** The mails about one. */
export type ProviderKind = "identity_linked" | "identity_removed";

/** The mails whose link dies. */
export type LinkKind = "verify_email" | "reset_password" | "confirm_new_email" | "invitation";

/** The words of one mail. Each entry of `before` and `after` is a paragraph. */
export type MailWords<F extends Facts> = {
  /** Never holds a person's name: it is shown on lock screens. */
  readonly subject: (facts: F) => string;
  readonly heading: string;
  /** What happened, and what to do. */
  readonly before: (facts: F) => readonly string[];
  /** What to do if it was not you. */
  readonly after: (facts: F) => readonly string[];
};

/** The words of a mail that asks for one thing, by a button. */
type ActionWords<F extends Facts> = MailWords<F> & { readonly button: string };

type WordsByKind = { readonly [Kind in LinkKind]: ActionWords<LinkFacts> } & {
  readonly login_code: MailWords<LinkFacts>;
} & { readonly [Kind in ProviderKind]: MailWords<ProviderFacts> } & {
  readonly [Kind in Exclude<MailKind, LinkKind | ProviderKind | "login_code">]: MailWords<Facts>;
};

/** Every word that mails say in one language. A kind without its words does not compile. */
export type Catalogue = {
  /** BCP 47, for the document's `lang`. */
  readonly language: Locale;
  readonly greeting: (name: string | null) => string;
  /** The button of mails that lead to the sign-in page. */
  readonly signIn: string;
  /** Stands above the bare link, for readers whose button does nothing. */
  readonly linkBelow: string;
  /** Why the reader got this mail. */
  readonly footer: (facts: Facts) => string;
  readonly mails: WordsByKind;
};
