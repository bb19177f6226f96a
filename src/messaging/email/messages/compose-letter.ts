import { durationInWords } from "../../../core/duration-in-words.ts";
import type { Locale } from "../../../core/locale.ts";
import { fill } from "../../../core/text.ts";
import type { MailKind, MailMessage } from "../message.ts";
import type { EmailTexts } from "./catalogue.ts";
import { greetingName } from "./greeting-name.ts";

/** A mail in words, the same for its HTML and its text. */
export type Letter = {
  /** BCP 47, for the document's `lang`. */
  readonly language: Locale;
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
  readonly locale: Locale;
  /** Milliseconds for which its link or code is still good. */
  readonly life: number;
};

/** Puts the words of one language together with what this mail speaks of. */
export function composeLetter(words: EmailTexts, input: Input): Letter {
  const { message, locale } = input;
  const { subject, heading, before, after } = words.mails[message.kind];
  const places = placesOf(words, input);
  const say = (sentence: string) => fill(sentence, places);
  return {
    language: locale,
    subject: say(subject),
    heading: say(heading),
    greeting: greetingOf(words, input.recipientName),
    before: before.map(say),
    action: actionOf(words, input),
    code: "code" in message ? message.code : null,
    after: after.map(say),
    footer: say(words.footer),
  };
}

/** What the sentences of a mail may name. None is escaped for HTML yet; `life` is as in "24 hours". */
function placesOf({ secureAccount }: EmailTexts, { message, appName, locale, life }: Input) {
  const common = { appName, secureAccount: fill(secureAccount, { appName }) };
  if ("provider" in message) return { ...common, provider: message.provider };
  const dies = "url" in message || "code" in message;
  return dies ? { ...common, life: durationInWords(life, locale) } : common;
}

function greetingOf({ greeting, greetingWithoutName }: EmailTexts, recipientName: string | null): string {
  const name = greetingName(recipientName);
  return name === null ? greetingWithoutName : fill(greeting, { name });
}

/** The mails that say "you can sign in". */
const LEADS_TO_SIGN_IN: readonly MailKind[] = ["account_exists", "account_activated"];

function actionOf({ mails, signIn, linkBelow }: EmailTexts, { message, publicUrl }: Input): Letter["action"] {
  if ("url" in message) return { label: mails[message.kind].button, url: message.url, below: linkBelow };
  return LEADS_TO_SIGN_IN.includes(message.kind)
    ? { label: signIn, url: `${publicUrl}/sign-in`, below: linkBelow }
    : null;
}
