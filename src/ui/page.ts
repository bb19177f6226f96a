import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Account } from "../accounts/account.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { Locale } from "../core/locale.ts";
import type { HttpEnv } from "../http/context.ts";
import type { PageAccess } from "../http/operation.ts";
import type { Form } from "./read-form.ts";
import type { ReturnTarget } from "./return-target.ts";
import type { Words } from "./words.ts";

/** What every page is made with, in the reader's language: the assets of `public/pages`. */
export type PageAssets = { readonly words: Words; readonly style: string };

/**
 * `wayOn`: as the address asks, on pages for everybody. `refreshToken`: where this very request has spent its cookie
 * for another one, the other one.
 */
export type PageEnv = {
  Variables: HttpEnv["Variables"] & {
    kit: PageAssets;
    returnTarget?: ReturnTarget | null;
    refreshToken?: string;
  };
};

export type PageContext = Context<PageEnv>;

/** What is wrong with which field, in the reader's language. */
export type Problems = Readonly<Record<string, string | undefined>>;

/** Why a form is shown again, with what was typed. */
export type Refusal = {
  /** What the API would say of it; its status is the page's. */
  readonly code: ErrorCode;
  /** What is wrong, where no field is at fault. */
  readonly alert?: string;
  readonly problems?: Problems;
  /** Whole seconds after which asking again makes sense. */
  readonly retryAfter?: number;
  /** The form cannot go on without a captcha, and shows one now. */
  readonly asksCaptcha?: boolean;
};

export type CaptchaWidget = {
  readonly provider: "turnstile" | "recaptcha-v2" | "recaptcha-v3";
  readonly siteKey: string;
};

export type Brand = {
  readonly appName: string;
  readonly logoUrl: string | null;
  readonly color: string | null;
};

/** What every view may ask for. */
export type Shown = {
  readonly t: Words;
  readonly style: string;
  readonly locale: Locale;
  readonly now: number;
  readonly brand: Brand;
  readonly nonce: string;
  readonly csrf: string;
  /** Where this page's forms are posted: its path, with the place to return to. */
  readonly action: string;
  /** Where the switch of languages comes back to. */
  readonly here: string;
  /** What the page's address asks, with its question mark; or nothing. */
  readonly search: string;
  /** What was typed; never a password. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: Problems;
  readonly alert: string | null;
  /** What has just been done, on another page. */
  readonly notice: string | null;
  /** The page above this one. */
  readonly back: { readonly href: string; readonly label: string } | null;
  /** Where a browser goes on to by itself. */
  readonly onward: string | null;
  /** Who has signed in, on pages that ask for it. */
  readonly person: Account | null;
  /** Mail does not leave this machine: a developer reads it in the mailbox. */
  readonly usesDevMailbox: boolean;
  readonly captcha: (CaptchaWidget & { readonly action: string }) | null;
};

/**
 * One page: what it needs to know, how it looks, and what its form does. `Subject` is what its form needs to know,
 * where that is less than what is looked at.
 */
export type Page<Data, Subject = Data> = {
  readonly path: string;
  readonly access: PageAccess;
  /** What the page speaks of; or an answer, where there is nothing to show. */
  readonly load: (c: PageContext, posted: Form | null) => Subject | Response | Promise<Subject | Response>;
  /** What is only looked at: a form that does what it is for does not pay for it. */
  readonly loadData?: (c: PageContext, subject: Subject) => Promise<Data>;
  readonly title: (t: Words, data: Data) => string;
  /** The page above this one; `search` is what this one's address asks. */
  readonly back?: (t: Words, search: string) => { readonly href: string; readonly label: string };
  readonly view: (p: Shown, data: Data) => Child;
  readonly submit?: (c: PageContext, form: Form, subject: Subject) => Promise<Response | Refusal>;
  /** What a captcha of this page is for, and whether every visitor is asked. */
  readonly captcha?: { readonly action: "register" | "forgot" | "login"; readonly always: boolean };
  /** A list, which shows again what its address asks for. No other page fills in its fields from there. */
  readonly isList?: true;
  /** A file that its form may bring, and its limit in bytes. */
  readonly upload?: { readonly field: string; readonly maxBytes: number };
  /** Where the switch of languages comes back to, if the page's own address would not do. */
  readonly here?: (data: Data) => string;
};
