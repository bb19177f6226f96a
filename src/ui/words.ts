import type de from "../../public/pages/words/de.json";
import type en from "../../public/pages/words/en.json";
import type { ProfileChange, Role } from "../accounts/account.ts";
import type { ImageProblem } from "../accounts/avatar/image/image.ts";
import type { PasswordProblem } from "../accounts/password-policy.ts";
import type { AuditEvent, DetailName } from "../admin/audit-log/audit-event.ts";
import type { amrOf } from "../authentication/first-factor.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { Locale } from "../core/locale.ts";
import type { MessageKind } from "../messaging/outbox/message.ts";

// The words themselves are assets, read by an isolate that shows its first page (docs/decisions/012).
// Here they have their types: a language, or a key of one, that is missing does not compile.

type Languages = { readonly en: typeof en; readonly de: typeof de };

/** What an event tells beside its type: how that is called, and those of its values that are no names already. */
type Detail<Value extends string = never> = {
  readonly name: string;
  readonly values: Readonly<Record<Value, string>>;
};

type Needed = {
  readonly failures: Record<ErrorCode, string>;
  readonly passwordProblems: Record<PasswordProblem, string>;
  readonly events: Record<AuditEvent["type"], string>;
  readonly details: Record<Exclude<DetailName, "sessionId">, Detail> & {
    readonly fields: Detail<keyof ProfileChange>;
    readonly enabled: Detail<"true" | "false">;
    readonly role: Detail<Role>;
    readonly from: Detail<Role>;
    readonly to: Detail<Role>;
    readonly amr: Detail<ReturnType<typeof amrOf> | "otp">;
  };
  readonly mailKinds: Record<MessageKind, string>;
  readonly roles: Record<Role, string>;
  readonly picture: { readonly problems: Record<ImageProblem, string> };
};

/** A language that says less than the first one, or leaves a code without its sentence, is none. */
type Complete<L extends Record<Locale, Languages["en"] & Needed>> = L["en"];

/** Every string of the pages. Names in braces stand for what `fill` of kernel/text.ts puts there. */
export type Words = Complete<Languages>;

/** Each language in its own words, for the switch. */
export const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = { en: "English", de: "Deutsch" };

/** The word for a key that may have none: of a row that another version wrote, or a cookie. */
export const wordOf = <Word, Other>(
  words: Readonly<Record<string, Word>>,
  key: string,
  otherwise: Other,
): Word | Other => (Object.hasOwn(words, key) ? (words[key] as Word) : otherwise);
