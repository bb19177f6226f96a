import { describe, expect, it } from "vitest";
import type { MailKind } from "../../../../src/messaging/email/message.ts";
import de from "../../../../src/messaging/email/texts/de.json";
import en from "../../../../src/messaging/email/texts/en.json";
import { placeholdersIn, textsByKey } from "../../../support/text-keys.ts";

const english = textsByKey(en);
const german = textsByKey(de);

/** The placeholders that every mail may use. */
const COMMON: readonly string[] = ["{appName}", "{secureAccount}"];

/** The placeholders that only these mails have, and must use: the lifetime of a link or code, and a provider. */
const SPECIFIC: Readonly<Partial<Record<MailKind, readonly string[]>>> = {
  verify_email: ["{life}"],
  reset_password: ["{life}"],
  confirm_new_email: ["{account}", "{life}"],
  invitation: ["{life}"],
  factor_removal_requested: ["{life}"],
  invitation_without_password: ["{life}"],
  login_code: ["{life}"],
  sign_in_code: ["{life}"],
  sign_up_code: ["{life}"],
  identity_linked: ["{provider}"],
  identity_removed: ["{provider}"],
  api_key_created: ["{keyName}", "{resource}"],
  recovery_code_used: ["{left}"],
  account_deletion_requested: ["{until}"],
};

describe.each([
  ["English", en],
  ["German", de],
])("mail texts in %s", (_language, texts) => {
  it("no mail text is empty", () => {
    for (const [path, sentence] of textsByKey(texts)) expect(sentence.trim(), path).not.toBe("");
  });

  it.each(Object.keys(en.mails) as MailKind[])("the mail %s uses exactly its own placeholders", (kind) => {
    const used = new Set([...textsByKey(texts.mails[kind]).values()].flatMap(placeholdersIn));
    expect([...used].filter((placeholder) => !COMMON.includes(placeholder))).toEqual(SPECIFIC[kind] ?? []);
  });

  it("the shared mail texts use only their own placeholders", () => {
    const { mails: _mails, ...shared } = texts;
    const used = [...textsByKey(shared)].map(([path, sentence]) => [path, placeholdersIn(sentence)] as const);
    expect(used.filter(([, placeholders]) => placeholders.length > 0)).toEqual([
      ["greeting", ["{name}"]],
      ["footer", ["{appName}"]],
      ["secureAccount", ["{appName}"]],
    ]);
  });
});

describe("mail texts", () => {
  it("mail texts have the same keys and paragraphs in every language", () => {
    expect([...german.keys()]).toEqual([...english.keys()]);
  });
});
