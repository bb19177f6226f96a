import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Account } from "../accounts/account.ts";
import type { UserActor } from "../admin/authorization/actor.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { Locale } from "../core/locale.ts";
import type { HttpEnv } from "../http/context.ts";
import type { PageAccess } from "../http/openapi-operation.ts";
import type { SessionRestriction } from "../sessions/session.ts";
import type { Form } from "./read-form.ts";
import type { ReturnTarget } from "./return-target.ts";
import type { Words } from "./ui-texts.ts";

/** The assets of `public/pages` that every page needs, in the user's language. */
export type PageAssets = { readonly words: Words; readonly style: string };

export type PageEnv = {
  Variables: HttpEnv["Variables"] & {
    pageAssets: PageAssets;
    /** From the query string, on public pages. */
    returnTarget?: ReturnTarget | null;
    /** Whether the deployment has required sign-up fields, on public pages. */
    asksForAnswers?: boolean;
    /** The successor, when this request rotated the refresh token of its cookie. */
    refreshToken?: string;
  };
};

export type PageContext = Context<PageEnv>;

/** Localized error messages by field name. */
export type Problems = Readonly<Record<string, string | undefined>>;

/** Why a form is shown again with the submitted values. */
export type FormFailure = {
  /** The error code of the API. The page has its HTTP status. */
  readonly code: ErrorCode;
  /** An error that belongs to no field. */
  readonly alert?: string;
  readonly problems?: Problems;
  /** Whole seconds until the client may retry. */
  readonly retryAfter?: number;
  /** The form needs a captcha, which the page shows now. */
  readonly requiresCaptcha?: boolean;
  /** The form is shown as it is stored, without the submitted values. */
  readonly dropsValues?: boolean;
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

/** Pages of the operator that the pages of the service link to. Null: there is none. */
export type PageLinks = {
  readonly terms: string | null;
  readonly privacy: string | null;
  readonly support: string | null;
};

/** What every view receives. */
export type PageProps = {
  readonly t: Words;
  readonly style: string;
  readonly locale: Locale;
  readonly now: number;
  readonly brand: Brand;
  readonly links: PageLinks;
  readonly nonce: string;
  readonly csrf: string;
  /** Stands for the signed-in user in the forms (`formOwner`); null without a session. */
  readonly formOwner: string | null;
  /** URL that this page's forms are posted to: its path with the return target. */
  readonly action: string;
  /** URL that the language switch returns to. */
  readonly here: string;
  /** The query string with its question mark, or empty. */
  readonly search: string;
  /** The submitted values, without secrets. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: Problems;
  readonly alert: string | null;
  /** The alert is about what only support can change. */
  readonly offersSupport: boolean;
  /** The flash message of the previous page. */
  readonly notice: { readonly text: string; readonly isWarning: boolean } | null;
  /** The link beside the heading. */
  readonly headingLink: { readonly href: string; readonly label: string } | null;
  /** Link to the parent page. */
  readonly back: { readonly href: string; readonly label: string } | null;
  /** URL that the browser loads by itself (meta refresh). */
  readonly refreshUrl: string | null;
  /** Origins of images that this page loads, apart from the brand's logo. */
  readonly imageSources: readonly string[];
  /** The signed-in user, on pages that require a session. */
  readonly account: Account | null;
  readonly actor: UserActor | null;
  /** When the signed-in user has to enrol a second factor (ms). */
  readonly enrolmentDueAt: number | null;
  /** PASSWORD_MIN_LENGTH. */
  readonly passwordMinLength: number;
  /** Mail goes to the development mailbox. */
  readonly usesDevMailbox: boolean;
  readonly captcha: (CaptchaWidget & { readonly action: string }) | null;
  /** The page loads the script of the passkeys. */
  readonly usesPasskeys: boolean;
};

/**
 * One page: its data, its view and its form. `Subject` is the data that the form's handler needs, where the view
 * needs more. The members are methods, so that a list may hold pages of different data as `Page<unknown>`.
 */
export type Page<Data, Subject = Data> = {
  readonly path: string;
  readonly access: PageAccess;
  /** The restricted sessions that may use a page with the access `signed_in`. */
  readonly allows?: readonly SessionRestriction[];
  /** Loads the subject, or returns a response in place of the page. */
  load(c: PageContext, posted: Form | null): Subject | Response | Promise<Subject | Response>;
  /** Loads the data of the view. Runs for GET and for a POST that shows the form again. */
  loadData?(c: PageContext, subject: Subject): Promise<Data>;
  title(t: Words, data: Data): string;
  /** The link beside the heading: the main action of a list. */
  headingLink?(t: Words): { readonly href: string; readonly label: string };
  /** Link to the parent page. `search` is the query string. */
  back?(t: Words, search: string): { readonly href: string; readonly label: string };
  view(p: PageProps, data: Data): Child;
  submit?(c: PageContext, form: Form, subject: Subject): Promise<Response | FormFailure>;
  /** The action of this page's captcha, and whether every request shows it. */
  readonly captcha?: { readonly action: "register" | "forgot" | "login"; readonly always: boolean };
  /** A list: its fields show the filters of the query string. Other pages ignore the query string. */
  readonly isList?: true;
  /** The file field of its form, and the limit in bytes. */
  readonly upload?: { readonly field: string; readonly maxBytes: number };
  /** Bytes that its form may have, where long texts need more than the default. */
  readonly maxFormBytes?: number;
  /** URL that the language switch returns to, where the page's own URL would not do. */
  here?(data: Data): string;
  /** URL that the browser loads by itself. */
  refreshUrl?(data: Data): string | null;
  /** Whether the page loads the script of the passkeys, which calls the API. */
  usesPasskeys?(data: Data): boolean;
  /** Origins of images of other services. */
  imageSources?(data: Data): readonly string[];
};
