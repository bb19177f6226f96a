import { durationInWords } from "../../kernel/duration-in-words.ts";
import type { MailMessage } from "../message.ts";
import type { Catalogue, Facts, MailWords } from "./catalogue.ts";
import { greetingName } from "./greeting-name.ts";

/** A mail in words, the same for its HTML and its text. */
export type Letter = {
  readonly language: string;
  readonly subject: string;
  readonly heading: string;
  readonly greeting: string;
  readonly before: readonly string[];
  readonly action: { readonly label: string; readonly url: string; readonly below: string } | null;
  /** Six digits to type in, shown large. */
  readonly code: string | null;
  readonly after: readonly string[];
  readonly footer: string;
};

type Input = {
  readonly message: MailMessage;
  readonly recipientName: string | null;
  /** One line of text. */
  readonly appName: string;
  /** The origin of our pages. */
  readonly publicUrl: string;
  /** Milliseconds for which its link or code is still good. */
  readonly life: number;
};

/** Puts the words of one language together with what this mail speaks of. */
export function composeLetter(catalogue: Catalogue, input: Input): Letter {
  const { message, appName } = input;
  const { language, greeting, footer, signIn, linkBelow, mails } = catalogue;
  const facts = { appName };
  const lifeFacts = { appName, life: durationInWords(input.life, language) };
  const shared = { language, greeting: greeting(greetingName(input.recipientName)), footer: footer(facts) };
  switch (message.kind) {
    case "verify_email":
    case "reset_password":
    case "confirm_new_email":
    case "invitation": {
      const words = mails[message.kind];
      const action = { label: words.button, url: message.url, below: linkBelow };
      return { ...shared, ...spoken(words, lifeFacts), action, code: null };
    }
    // Those that say "you can sign in".
    case "account_exists":
    case "account_activated": {
      const action = { label: signIn, url: `${input.publicUrl}/sign-in`, below: linkBelow };
      return { ...shared, ...spoken(mails[message.kind], facts), action, code: null };
    }
    case "login_code":
      return { ...shared, ...spoken(mails.login_code, lifeFacts), action: null, code: message.code };
    case "identity_linked":
    case "identity_removed": {
      const { kind, provider } = message;
      return { ...shared, ...spoken(mails[kind], { appName, provider }), action: null, code: null };
    }
    default:
      return { ...shared, ...spoken(mails[message.kind], facts), action: null, code: null };
  }
}

const spoken = <F extends Facts>(words: MailWords<F>, facts: F) => ({
  subject: words.subject(facts),
  heading: words.heading,
  before: words.before(facts),
  after: words.after(facts),
});
