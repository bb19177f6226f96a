import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";
import type { Locale } from "../core/locale.ts";
import { type CsrfDeps, issueCsrfToken } from "../http/csrf.ts";
import { captchaSources } from "./captcha-widget.tsx";
import { Frame } from "./layout.tsx";
import type { Brand, CaptchaWidget, PageAssets, PageContext, Shown } from "./page.ts";
import { withReturnTarget } from "./return-target.ts";
import type { Words } from "./words.ts";

export type RenderPageDeps = CsrfDeps & {
  readonly pageAssets: (locale: Locale) => Promise<PageAssets>;
  readonly captchaWidget: CaptchaWidget | null;
  readonly usesDevMailbox: boolean;
  readonly settings: { readonly brand: Brand; readonly allowedReturnUrls: readonly string[] };
};

type Content = {
  readonly title: (t: Words) => string;
  readonly view: (p: Shown) => Child;
  readonly status?: ContentfulStatusCode;
  /** What this page knows better than its address does. */
  readonly facts?: Partial<Shown>;
};

/** Before anything of a page is made. Throws `Unavailable` when the assets do not answer. */
export async function loadAssets(c: PageContext, deps: Pick<RenderPageDeps, "pageAssets">): Promise<void> {
  c.set("kit", await deps.pageAssets(c.var.caller.locale));
}

/** What the address asks, with its question mark. */
export const searchOf = (c: PageContext): string => new URL(c.req.url).search;

export const wordsOf = (c: PageContext): Words => c.var.kit.words;

/** Sends a page, whole in one answer but for its small script, under a policy of its own (ASVS 3.4.3). */
export async function renderPage(c: PageContext, deps: RenderPageDeps, content: Content): Promise<Response> {
  const { settings } = deps;
  const { pathname, search } = new URL(c.req.url);
  const shown: Shown = {
    t: wordsOf(c),
    style: c.var.kit.style,
    locale: c.var.caller.locale,
    now: deps.clock.now(),
    brand: settings.brand,
    nonce: newOneTimeToken(),
    csrf: await issueCsrfToken(c, deps),
    action: c.get("session") ? pathname + search : withReturnTarget(pathname, c.var.returnTarget ?? null),
    here: pathname + search,
    search,
    values: new Map(),
    problems: {},
    alert: null,
    notice: null,
    back: null,
    onward: null,
    person: c.var.session?.account ?? null,
    captcha: null,
    usesDevMailbox: deps.usesDevMailbox,
    ...content.facts,
  };
  c.header("Content-Security-Policy", policyOf(shown, settings));
  const page = (
    <Frame p={shown} title={content.title(shown.t)}>
      {content.view(shown)}
    </Frame>
  );
  return c.html(`<!doctype html>${await page}`, content.status);
}

/** Nothing but its own: one style element by its nonce, one script by its origin, and the brand's logo. */
function policyOf(p: Shown, { allowedReturnUrls }: RenderPageDeps["settings"]): string {
  const { scripts, frames } = captchaSources(p.captcha);
  const logo = p.brand.logoUrl === null ? [] : [new URL(p.brand.logoUrl).origin];
  // A browser looks at where a form is sent on to as well.
  const destinations = allowedReturnUrls.map((url) => new URL(url).origin);
  const list = (...sources: readonly string[]) => [...new Set(sources)].join(" ");
  return [
    "default-src 'none'",
    `style-src 'nonce-${p.nonce}'`,
    `script-src ${list("'self'", ...scripts)}`,
    `img-src ${list("'self'", "data:", ...logo)}`,
    `form-action ${list("'self'", ...destinations)}`,
    ...(frames.length > 0 ? [`frame-src ${list(...frames)}`] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
