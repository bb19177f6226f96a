import { describe, expect, it } from "vitest";
import { LOCALES, type Locale } from "../../../../src/core/locale.ts";
import { brand, DAY_MS, MINUTE_MS, mailCases, renderMail } from "../../../support/mails.ts";

/** The lifetimes of links and codes in words. */
const LIVES: Readonly<Record<Locale, ReadonlyMap<number, string>>> = {
  en: new Map([
    [DAY_MS, "24 hours"],
    [30 * MINUTE_MS, "30 minutes"],
    [3 * DAY_MS, "3 days"],
    [7 * DAY_MS, "7 days"],
    [10 * MINUTE_MS, "10 minutes"],
  ]),
  de: new Map([
    [DAY_MS, "24 Stunden"],
    [30 * MINUTE_MS, "30 Minuten"],
    [3 * DAY_MS, "3 Tage"],
    [7 * DAY_MS, "7 Tage"],
    [10 * MINUTE_MS, "10 Minuten"],
  ]),
};
/** The greeting, and the advice for a reader who did not cause the mail. */
const PHRASES: Readonly<Record<Locale, { readonly greeting: string; readonly notYou: RegExp }>> = {
  en: {
    greeting: "Hello Ada,",
    notYou: /If (?:it was not you|you did not|you do not know|you are not signing in|this surprises you)/,
  },
  de: { greeting: "Guten Tag Ada,", notYou: /Falls Sie (?:das nicht|sich|nicht wissen|das überrascht)/ },
};

const cases = LOCALES.flatMap((locale) =>
  Object.values(mailCases).map((mail) => [mail.message.kind, locale, mail] as const),
);

/** The links of a mail, as a browser reads them. */
async function linksOf(html: string): Promise<string[]> {
  const links: string[] = [];
  const rewriter = new HTMLRewriter().on("a", {
    element: (anchor) => void links.push((anchor.getAttribute("href") ?? "").replaceAll("&amp;", "&")),
  });
  await rewriter.transform(new Response(html)).text();
  return links;
}

describe("renderMessage", () => {
  it.each(cases)(
    "renders the mail %s in %s with subject, greeting, links, lifetime and advice",
    async (_kind, locale, { message, button, life, subject }) => {
      const mail = renderMail(message, "Ada", {}, locale);
      const { greeting, notYou } = PHRASES[locale];
      expect(mail.subject).toBe(subject[locale]);
      // The button's link appears again as a bare link, and on its own line of the plain text.
      const links = button === undefined ? [] : [button, button];
      expect(await linksOf(mail.html)).toEqual([...links, brand.publicUrl]);
      expect(mail.text.split("\n")).toEqual(expect.arrayContaining([greeting, ...links]));
      expect(mail.html).toContain(greeting);
      expect(mail.text).toMatch(notYou);
      if (life !== undefined) {
        expect(mail.text).toContain(` ${LIVES[locale].get(life)}`);
        expect(mail.html).toContain(` ${LIVES[locale].get(life)}`);
      }
      expect(mail.html).toMatch(new RegExp(`^<!doctype html><html lang="${locale}">`));
      // The mail loads no external resource.
      expect(mail.html).not.toMatch(/<img|<script|<table|<link|url\(/);
    },
  );

  it.each(cases)(
    "renders the same paragraphs in the HTML and the text of %s in %s",
    (_kind, locale, { message }) => {
      const { html, text } = renderMail(message, "Ada", {}, locale);
      const paragraphs = text.split("\n-- \n")[0]?.split("\n\n") ?? [];
      const inHtml = html.replaceAll("&#39;", "'").replaceAll("&amp;", "&");
      for (const paragraph of paragraphs.flatMap((part) => part.split(":\n"))) {
        expect(inHtml).toContain(paragraph.trim());
      }
    },
  );

  it("no German mail contains an English sentence", () => {
    const sentences = (text: string) =>
      new Set(text.split(/\n+/).filter((line) => /\p{L} \p{L}/u.test(line)));
    for (const { message } of Object.values(mailCases)) {
      const english = sentences(renderMail(message).text);
      const german = sentences(renderMail(message, "Ada", {}, "de").text);
      expect(
        [...german].filter((line) => english.has(line)),
        message.kind,
      ).toEqual([]);
    }
  });
});
