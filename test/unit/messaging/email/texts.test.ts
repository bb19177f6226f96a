import { describe, expect, it } from "vitest";
import de from "../../../../public/mail/words/de.json";
import en from "../../../../public/mail/words/en.json";
import type { MailKind } from "../../../../src/messaging/email/message.ts";
import { placesIn, sentencesOf } from "../../../support/ui-sentences.ts";

const english = sentencesOf(en);
const german = sentencesOf(de);

/** What any mail may speak of. */
const COMMON: readonly string[] = ["{appName}", "{secureAccount}"];

/** What some must speak of, and others cannot: how long a link or a code is good, and a provider. */
const OWN: Readonly<Partial<Record<MailKind, readonly string[]>>> = {
  verify_email: ["{life}"],
  reset_password: ["{life}"],
  confirm_new_email: ["{life}"],
  invitation: ["{life}"],
  login_code: ["{life}"],
  identity_linked: ["{provider}"],
  identity_removed: ["{provider}"],
};

describe.each([
  ["English", en],
  ["German", de],
])("the words of mails in %s", (_language, words) => {
  it("are there, each of them", () => {
    for (const [path, sentence] of sentencesOf(words)) expect(sentence.trim(), path).not.toBe("");
  });

  it.each(Object.keys(en.mails) as MailKind[])(
    "name in %s what that mail is told, and nothing else",
    (kind) => {
      const named = new Set([...sentencesOf(words.mails[kind]).values()].flatMap(placesIn));
      expect([...named].filter((place) => !COMMON.includes(place))).toEqual(OWN[kind] ?? []);
    },
  );

  it("name no more than they are told outside of the mails", () => {
    const { mails: _mails, ...shared } = words;
    const named = [...sentencesOf(shared)].map(([path, sentence]) => [path, placesIn(sentence)] as const);
    expect(named.filter(([, places]) => places.length > 0)).toEqual([
      ["greeting", ["{name}"]],
      ["footer", ["{appName}"]],
      ["secureAccount", ["{appName}"]],
    ]);
  });
});

describe("the words of mails", () => {
  it("are as many paragraphs in every language", () => {
    expect([...german.keys()]).toEqual([...english.keys()]);
  });
});
