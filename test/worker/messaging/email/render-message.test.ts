import { describe, expect, it } from "vitest";
import { LOCALES, type Locale } from "../../../../src/core/locale.ts";
import { A_DAY, A_MINUTE, brand, mails, render } from "../../../support/mails.ts";

/** How long a link or a code is good for, as each language says it. */
const LIVES: Readonly<Record<Locale, ReadonlyMap<number, string>>> = {
  en: new Map([
    [A_DAY, "24 hours"],
    [30 * A_MINUTE, "30 minutes"],
    [7 * A_DAY, "7 days"],
    [10 * A_MINUTE, "10 minutes"],
  ]),
  de: new Map([
    [A_DAY, "24 Stunden"],
    [30 * A_MINUTE, "30 Minuten"],
    [7 * A_DAY, "7 Tage"],
    [10 * A_MINUTE, "10 Minuten"],
  ]),
};
/** What each language says to everybody, and to those who did not do what the mail speaks of. */
const SAID: Readonly<Record<Locale, { readonly greeting: string; readonly notYou: RegExp }>> = {
  en: {
    greeting: "Hello Ada,",
    notYou: /If (?:it was not you|you did not|you do not know|you are not signing in|this surprises you)/,
  },
  de: { greeting: "Guten Tag Ada,", notYou: /Falls Sie (?:das nicht|sich|nicht wissen|das überrascht)/ },
};

const cases = LOCALES.flatMap((locale) =>
  Object.values(mails).map((mail) => [mail.message.kind, locale, mail] as const),
);

/** The links of a mail, as a browser would read them. */
async function linksOf(html: string): Promise<string[]> {
  const links: string[] = [];
  const rewriter = new HTMLRewriter().on("a", {
    element: (anchor) => void links.push((anchor.getAttribute("href") ?? "").replaceAll("&amp;", "&")),
  });
  await rewriter.transform(new Response(html)).text();
  return links;
}

describe("every mail", () => {
  it.each(cases)("has all of %s in %s", async (_kind, locale, { message, button, life, subject }) => {
    const mail = render(message, "Ada", {}, locale);
    const { greeting, notYou } = SAID[locale];
    expect(mail.subject).toBe(subject[locale]);
    // The button's link is there once more, bare, and on a line of the text.
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
    // It loads nothing.
    expect(mail.html).not.toMatch(/<img|<script|<table|<link|url\(/);
  });

  it.each(cases)("says the same in both parts of %s in %s", (_kind, locale, { message }) => {
    const { html, text } = render(message, "Ada", {}, locale);
    const paragraphs = text.split("\n-- \n")[0]?.split("\n\n") ?? [];
    const inHtml = html.replaceAll("&#39;", "'").replaceAll("&amp;", "&");
    for (const paragraph of paragraphs.flatMap((part) => part.split(":\n"))) {
      expect(inHtml).toContain(paragraph.trim());
    }
  });

  it("leaves no sentence in the other language", () => {
    const words = (text: string) => new Set(text.split(/\n+/).filter((line) => /\p{L} \p{L}/u.test(line)));
    for (const { message } of Object.values(mails)) {
      const english = words(render(message).text);
      const german = words(render(message, "Ada", {}, "de").text);
      expect(
        [...german].filter((line) => english.has(line)),
        message.kind,
      ).toEqual([]);
    }
  });
});
