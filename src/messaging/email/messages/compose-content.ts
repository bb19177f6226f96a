import { durationInWords } from "../../../core/duration-in-words.ts";
import type { Locale } from "../../../core/locale.ts";
import { fill, oneLine } from "../../../core/text.ts";
import type { MailKind, MailMessage } from "../message.ts";
import type { EmailTexts } from "../texts.ts";
import { greetingName } from "./greeting-name.ts";

/** The content of a mail, for its HTML and its plain-text part. */
export type EmailContent = {
  /** BCP 47, for the document's `lang`. */
  readonly language: Locale;
  readonly subject: string;
  readonly heading: string;
  readonly greeting: string;
  readonly before: readonly string[];
  readonly action: { readonly label: string; readonly url: string; readonly below: string } | null;
  /** Six digits, shown large. */
  readonly code: string | null;
  readonly after: readonly string[];
  readonly footer: string;
};

type Input = {
  readonly message: MailMessage;
  readonly recipientName: string | null;
  /** One line of text. */
  readonly appName: string;
  /** The origin of the service's pages. */
  readonly publicUrl: string;
  readonly locale: Locale;
  /** Milliseconds until the link or code expires. */
  readonly life: number;
};

/** Fills the texts of one language with the facts of this mail. */
export function composeContent(texts: EmailTexts, input: Input): EmailContent {
  const { message, locale } = input;
  const { subject, heading, before, after } = texts.mails[message.kind];
  const placeholders = placeholdersOf(texts, input);
  const fillIn = (sentence: string) => fill(sentence, placeholders);
  return {
    language: locale,
    subject: fillIn(subject),
    heading: fillIn(heading),
    greeting: greetingOf(texts, input.recipientName),
    before: before.map(fillIn),
    action: actionOf(texts, input),
    code: "code" in message ? message.code : null,
    after: after.map(fillIn),
    footer: fillIn(texts.footer),
  };
}

/** The placeholders of a mail's texts. Nothing is escaped for HTML yet. `life` is in words: "24 hours". */
function placeholdersOf(
  { secureAccount }: EmailTexts,
  { message, appName, locale, life }: Input,
): Readonly<Record<string, string>> {
  const common = { appName, secureAccount: fill(secureAccount, { appName }) };
  if ("left" in message) return { ...common, left: message.left };
  if ("provider" in message) return { ...common, provider: message.provider };
  if ("keyName" in message) {
    return { ...common, keyName: oneLine(message.keyName), resource: message.resource };
  }
  if (!("url" in message || "code" in message)) return common;
  const expiring = { ...common, life: durationInWords(life, locale) };
  return message.kind === "confirm_new_email" ? { ...expiring, account: message.account ?? "" } : expiring;
}

function greetingOf({ greeting, greetingWithoutName }: EmailTexts, recipientName: string | null): string {
  const name = greetingName(recipientName);
  return name === null ? greetingWithoutName : fill(greeting, { name });
}

/** The mails whose button opens a page of the service, by the text of the button. */
const PAGES: {
  readonly [Kind in MailKind]?: { readonly text: "signIn" | "forgotPassword"; readonly path: string };
} = {
  account_exists: { text: "signIn", path: "/sign-in" },
  account_activated: { text: "signIn", path: "/sign-in" },
  sign_in_stopped: { text: "forgotPassword", path: "/forgot-password" },
};

function actionOf(texts: EmailTexts, { message, publicUrl }: Input): EmailContent["action"] {
  const { mails, linkBelow: below } = texts;
  if ("url" in message) return { label: mails[message.kind].button, url: message.url, below };
  const page = PAGES[message.kind];
  return page ? { label: texts[page.text], url: publicUrl + page.path, below } : null;
}
