import type { Hono, MiddlewareHandler } from "hono";
import { hasPermission } from "../admin/authorization/permissions.ts";
import { storedAddressKey } from "../core/email-address.ts";
import { fill } from "../core/text.ts";
import type { DepsOf } from "../http/context.ts";
import { judgeForm } from "../http/csrf.ts";
import { recordFailure } from "../http/failure.ts";
import { documented } from "../http/openapi-operation.ts";
import { refuse } from "../http/respond.ts";
import { PRE_SESSION_COOKIE_NAME } from "../http/session-cookies.ts";
import { asksForAnswers, type SignUpFieldSettings } from "../registration/sign-up-fields/read-answers.ts";
import { takeDraft } from "./form-draft.ts";
import type { FormFailure, Page, PageContext, PageEnv, PageProps } from "./page.ts";
import { flashCookie } from "./page-cookies.ts";
import { type Form, readForm } from "./read-form.ts";
import { loadAssets, type RenderPageDeps, renderPage, searchOf, wordsOf } from "./render-page.tsx";
import { type PageSessionDeps, requirePageSession } from "./require-page-session.ts";
import { readReturnTarget } from "./return-target.ts";
import { textFor, type Words } from "./ui-texts.ts";

export type ServePageDeps = RenderPageDeps & PageSessionDeps & { readonly settings: SignUpFieldSettings };

/** Registers a page: GET renders it, POST to the same path handles its form. */
export function servePage<Data, Subject>(
  app: Hono<PageEnv>,
  depsOf: DepsOf<ServePageDeps>,
  page: Page<Data, Subject>,
): void {
  const guard = guardOf(depsOf, page);
  // Without `loadData` the two types are the same.
  const loadData = page.loadData ?? ((_c: PageContext, subject: Subject) => subject as unknown as Data);
  app.get(page.path, guard, async (c) => {
    const subject = await page.load(c, null);
    if (subject instanceof Response) return subject;
    const draft = page.isList ? null : await takeDraft(c, depsOf(c));
    return show(c, depsOf(c), page, await loadData(c, subject), {
      notice: draft ? { text: wordsOf(c).draftRestored, isWarning: true } : takeFlash(c),
      values: draft ?? new Map(page.isList ? Object.entries(c.req.query()) : []),
    });
  });
  app.use(`${page.path}/`, withoutSlash);
  const { submit } = page;
  if (!submit) return;
  app.post(page.path, guard, async (c) => {
    const deps = depsOf(c);
    const form = await readForm(c.req.raw, page);
    const rejected = await rejectForm(c, deps, form, page);
    const subject = await page.load(c, form);
    if (subject instanceof Response) return c.var.rateLimitedFor === undefined ? subject : refuseLimited(c);
    const outcome = rejected ?? (await submit(c, form as Form, subject));
    if (outcome instanceof Response) return outcome;
    const { alert = null, problems = {}, retryAfter } = outcome;
    if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
    return show(
      c,
      deps,
      page,
      await loadData(c, subject),
      {
        alert,
        problems,
        offersSupport: outcome.code === "account_deactivated",
        values: (!outcome.dropsValues && form?.kept) || new Map(),
      },
      outcome,
    );
  });
}

/** Redirects a URL with a trailing slash to the page. */
const withoutSlash: MiddlewareHandler<PageEnv> = async (c, next) =>
  c.req.method === "GET" ? c.redirect(new URL(c.req.url).pathname.slice(0, -1) + searchOf(c), 308) : next();

/** Checks the access before the page loads anything, by the permissions of the API (security 38). */
function guardOf(
  depsOf: DepsOf<ServePageDeps>,
  { access, ...page }: Pick<Page<unknown>, "access" | "allows" | "upload" | "maxFormBytes">,
) {
  const guard: MiddlewareHandler<PageEnv> = async (c, next) => {
    await loadAssets(c, depsOf(c));
    if (access === "everybody") {
      const query = new URL(c.req.url).searchParams;
      const { settings } = depsOf(c);
      c.set("returnTarget", readReturnTarget(query, settings));
      c.set("asksForAnswers", asksForAnswers(settings));
      return next();
    }
    const redirect = await requirePageSession(c, depsOf(c), page);
    if (redirect) return redirect;
    if (access !== "signed_in" && !hasPermission(c.var.actor, access)) return refuse(c, "forbidden");
    return next();
  };
  return documented(guard, { page: access });
}

/** For a limited request whose form cannot be shown again. */
const refuseLimited = (c: PageContext) => refuse(c, "rate_limited", { retryAfter: c.var.rateLimitedFor });

/** Checks that apply to every form: rate limit, body and CSRF token. */
async function rejectForm(
  c: PageContext,
  deps: ServePageDeps,
  form: Form | null,
  { upload }: Pick<Page<unknown>, "upload">,
): Promise<FormFailure | null> {
  const t = wordsOf(c);
  const { rateLimitedFor } = c.var;
  if (rateLimitedFor !== undefined) {
    return { code: "rate_limited", alert: t.failures.rate_limited, retryAfter: rateLimitedFor };
  }
  if (!form)
    return { code: "validation_failed", alert: upload ? t.picture.tooLarge : t.failures.validation_failed };
  const verdict = await judgeForm(c, deps, form.text("csrf"));
  if (verdict === "safe") return null;
  if (verdict === "no_cookie") return { code: "csrf_failed", alert: missingCookieText(t, deps.settings) };
  // The values may be those of another user, who has used this browser. They must not reach the session of now.
  return verdict === "other_session"
    ? { code: "csrf_failed", alert: t.formOfOtherSession, dropsValues: true }
    : { code: "csrf_failed", alert: t.failures.csrf_failed };
}

/** Safari keeps no Secure cookie of an http page, that of localhost included. Other browsers do. */
const missingCookieText = (t: Words, { publicUrl }: { readonly publicUrl: string }): string =>
  fill(publicUrl.startsWith("http:") ? t.missingCookieOverHttp : t.missingCookie, {
    cookie: PRE_SESSION_COOKIE_NAME,
    host: new URL(publicUrl).host,
  });

function show<Data, Subject>(
  c: PageContext,
  deps: ServePageDeps,
  page: Page<Data, Subject>,
  data: Data,
  overrides: Partial<PageProps>,
  refusal?: FormFailure,
): Promise<Response> {
  const { captchaWidget } = deps;
  const failure = refusal && recordFailure(c, refusal.code);
  const isRequired = page.captcha && (page.captcha.always || refusal?.requiresCaptcha);
  const captcha =
    isRequired && captchaWidget ? { ...captchaWidget, action: page.captcha?.action ?? "" } : null;
  return renderPage(c, deps, {
    title: (t) => page.title(t, data),
    view: (p) => page.view(p, data),
    status: failure?.status,
    overrides: {
      ...overrides,
      captcha,
      headingLink: page.headingLink?.(wordsOf(c)) ?? null,
      back: page.back?.(wordsOf(c), searchOf(c)) ?? null,
      ...(page.here ? { here: page.here(data) } : {}),
      ...(page.refreshUrl ? { refreshUrl: page.refreshUrl(data) } : {}),
      usesPasskeys: page.usesPasskeys?.(data) ?? false,
      ...(page.imageSources ? { imageSources: page.imageSources(data) } : {}),
    },
  });
}

/** Flash messages of what did not happen. */
const WARNINGS: readonly string[] = [
  "notVerified",
  "formLost",
  "formKept",
  "otherAccount",
  "staleForm",
  "deviceCodeExpired",
  "deviceDenied",
  "providerCancelled",
] satisfies (keyof Words["notices"])[];

/** Reads and removes the flash message. */
function takeFlash(c: PageContext): PageProps["notice"] {
  const cookie = flashCookie.read(c);
  if (cookie === undefined) return null;
  flashCookie.clear(c);
  const flash = new URLSearchParams(cookie);
  const [key, address] = [flash.get("key") ?? "", flash.get("address")];
  const t = wordsOf(c);
  const text = textFor(t.notices, key, null);
  if (text === null) return null;
  const notice = fill(text, { name: flash.get("name") ?? "" });
  const own = c.get("session")?.account.email;
  const isOfOther =
    address !== null && own !== undefined && storedAddressKey(address) !== storedAddressKey(own);
  return {
    text: isOfOther ? fill(t.noticeOfOther, { address, notice }) : notice,
    isWarning: WARNINGS.includes(key),
  };
}
