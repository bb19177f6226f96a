import type de from "../../public/pages/words/de.json";
import type en from "../../public/pages/words/en.json";
import type { ProfileChange, Role } from "../accounts/account.ts";
import type { ImageProblem } from "../accounts/avatar/image/image.ts";
import type { PasswordProblem } from "../accounts/password-policy.ts";
import type { AuditEvent, DetailName } from "../admin/audit-log/audit-event.ts";
import type { Amr } from "../authentication/amr.ts";
import type { ExplainedReason } from "../authentication/social/errors.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { Locale } from "../core/locale.ts";
import type { MessageKind } from "../messaging/outbox/message.ts";
import type { ClientProblemReason } from "../oauth/clients/rules.ts";

// The UI texts are assets, which an isolate reads for its first page (docs/decisions/012). This file has their types:
// a missing language or key does not compile.

type Languages = { readonly en: typeof en; readonly de: typeof de };

/** A detail of an audit event: its label, and labels of the values that are no names. */
type Detail<Value extends string = never> = {
  readonly name: string;
  readonly values: Readonly<Record<Value, string>>;
};

type RequiredTexts = {
  readonly failures: Record<ErrorCode, string>;
  readonly passwordProblems: Record<PasswordProblem, string>;
  readonly events: Record<AuditEvent["type"], string>;
  readonly details: Record<Exclude<DetailName, "sessionId" | "deviceId" | "factorId">, Detail> & {
    readonly fields: Detail<keyof ProfileChange>;
    readonly enabled: Detail<"true" | "false">;
    readonly role: Detail<Role>;
    readonly from: Detail<Role>;
    readonly to: Detail<Role>;
    readonly amr: Detail<Amr>;
    readonly unlock: Detail<"time" | "reset">;
  };
  readonly social: { readonly failures: Record<ExplainedReason, string> };
  readonly mailKinds: Record<MessageKind, string>;
  readonly roles: Record<Role, string>;
  readonly applications: { readonly problems: Record<ClientProblemReason, string> };
  readonly picture: { readonly problems: Record<ImageProblem, string> };
};

/** Fails to compile when a language lacks a key of English, or a code its text. */
type Complete<L extends Record<Locale, Languages["en"] & RequiredTexts>> = L["en"];

/** Every text of the pages. `fill` of core/text.ts replaces the names in braces. */
export type Words = Complete<Languages>;

/** Each language's own name, for the switch. */
export const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = { en: "English", de: "Deutsch" };

/** The text of a key that may be unknown: from a cookie, or from a row that another version wrote. */
export const textFor = <Text, Fallback>(
  texts: Readonly<Record<string, Text>>,
  key: string,
  fallback: Fallback,
): Text | Fallback => (Object.hasOwn(texts, key) ? (texts[key] as Text) : fallback);
