import { HOUR, MINUTE } from "../../kernel/clock.ts";
import type { MailMessage } from "../message.ts";
import type { Catalogue, Facts, LinkKind, MailWords } from "./catalogue.ts";
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

/** Milliseconds that the link of each kind lives. */
export type LinkLives = { readonly [Kind in LinkKind]: number };

/** The contract's figures (§4). */
export const LINK_LIVES: LinkLives = {
  verify_email: 24 * HOUR,
  reset_password: 30 * MINUTE,
  confirm_new_email: 24 * HOUR,
};

/** Milliseconds that a code lives (contract §4). */
const CODE_LIFE = 10 * MINUTE;

type Input = {
  readonly message: MailMessage;
  readonly recipientName: string | null;
  /** One line of text. */
  readonly appName: string;
  readonly linkLives: LinkLives;
};

/** Puts the words of one language together with what this mail speaks of. */
export function composeLetter(catalogue: Catalogue, input: Input): Letter {
  const { message, appName, linkLives } = input;
  const { language, greeting, footer, linkBelow, duration, mails } = catalogue;
  const facts = { appName };
  const shared = { language, greeting: greeting(greetingName(input.recipientName)), footer: footer(facts) };
  switch (message.kind) {
    case "verify_email":
    case "reset_password":
    case "confirm_new_email": {
      const words = mails[message.kind];
      const linkFacts = { appName, life: duration(linkLives[message.kind]) };
      const action = { label: words.button, url: message.url, below: linkBelow };
      return { ...shared, ...spoken(words, linkFacts), action, code: null };
    }
    case "account_exists": {
      const words = mails.account_exists;
      const action = { label: words.button, url: message.signInUrl, below: linkBelow };
      return { ...shared, ...spoken(words, facts), action, code: null };
    }
    case "login_code": {
      const codeFacts = { appName, life: duration(CODE_LIFE) };
      return { ...shared, ...spoken(mails.login_code, codeFacts), action: null, code: message.code };
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
