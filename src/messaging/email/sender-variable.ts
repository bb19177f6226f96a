import * as z from "zod/mini";
import { parseEmailAddress } from "../../core/email-address.ts";
import { hasControlCharacter } from "../../core/text.ts";
import type { Email } from "./port.ts";

const MAX_NAME_LENGTH = 100;
const NAME_AND_ADDRESS = /^(?<name>[^<>]*)<(?<address>[^<>]+)>$/;

/** `MAIL_FROM`: `Name <user@example.com>`, the name quoted or not, or only an address. */
export const mailFrom = z.pipe(
  z.string({
    error: (issue) => (issue.input === undefined ? "must be set: the sender of mail" : "must be text"),
  }),
  z.transform((text, context): Email["from"] => {
    const parts = NAME_AND_ADDRESS.exec(text)?.groups;
    const parsed = parseEmailAddress((parts?.address ?? text).trim());
    const name = unquoted((parts?.name ?? "").trim());
    if (parsed.ok && !hasControlCharacter(name) && name.length <= MAX_NAME_LENGTH) {
      return { name: name === "" ? null : name, address: parsed.value.address };
    }
    context.issues.push({
      code: "custom",
      message: 'must be an address, or "Name <user@example.com>" with a name of at most 100 characters',
      input: text,
    });
    return z.NEVER;
  }),
);

/** RFC 5322 §3.2.4: the content of a quoted string, unescaped. */
function unquoted(text: string): string {
  const inner = /^"(.*)"$/.exec(text)?.[1];
  return inner === undefined ? text : inner.replace(/\\(.)/g, "$1");
}
