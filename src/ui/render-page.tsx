import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { SecondFactorSettings } from "../authentication/second-factor/policy.ts";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";
import type { Locale } from "../core/locale.ts";
import { type CsrfDeps, issueCsrfToken } from "../http/csrf.ts";
import { captchaSources } from "./captcha-widget.tsx";
import { formOwner } from "./form-draft.ts";
import { Frame } from "./layout.tsx";
import type { Brand, CaptchaWidget, PageAssets, PageContext, PageLinks, PageProps } from "./page.ts";
import { withReturnTarget } from "./return-target.ts";
import type { Words } from "./ui-texts.ts";

export type RenderPageDeps = CsrfDeps & {
  readonly pageAssets: (locale: Locale) => Promise<PageAssets>;
  readonly captchaWidget: CaptchaWidget | null;
  readonly usesDevMailbox: boolean;
  readonly settings: {
    readonly brand: Brand;
    readonly links: PageLinks;
    readonly passwordMinLength: number;
    readonly secondFactor: Pick<SecondFactorSettings, "policies">;
  };
};

type Content = {
  readonly title: (t: Words) => string;
  readonly view: (p: PageProps) => Child;
  readonly status?: ContentfulStatusCode;
  /** Values of this page that replace the defaults. */
  readonly overrides?: Partial<PageProps>;
};

/** Loads the assets before a page is rendered. Throws `Unavailable` when they cannot be read. */
export async function loadAssets(c: PageContext, deps: Pick<RenderPageDeps, "pageAssets">): Promise<void> {
  c.set("pageAssets", await deps.pageAssets(c.var.caller.locale));
}

/** The query string with its question mark. */
export const searchOf = (c: PageContext): string => new URL(c.req.url).search;

export const wordsOf = (c: PageContext): Words => c.var.pageAssets.words;

/** Renders a page with its own policy (ASVS 3.4.3). Only its script is loaded separately. */
export async function renderPage(c: PageContext, deps: RenderPageDeps, content: Content): Promise<Response> {
  const { settings } = deps;
  const { pathname, search } = new URL(c.req.url);
  const props: PageProps = {
    t: wordsOf(c),
    style: c.var.pageAssets.style,
    locale: c.var.caller.locale,
    now: deps.clock.now(),
    brand: settings.brand,
    links: settings.links,
    nonce: newOneTimeToken(),
    csrf: await issueCsrfToken(c, deps),
    formOwner: await ownerOf(c, deps),
    action: c.get("session") ? pathname + search : withReturnTarget(pathname, c.var.returnTarget ?? null),
    here: pathname + search,
    search,
    values: new Map(),
    problems: {},
    alert: null,
    offersSupport: false,
    notice: null,
    headingLink: null,
    back: null,
    refreshUrl: null,
    imageSources: [],
    account: c.var.session?.account ?? null,
    actor: c.var.actor ?? null,
    enrolmentDueAt: dueEnrolment(c, settings.secondFactor),
    captcha: null,
    usesPasskeys: false,
    passwordMinLength: settings.passwordMinLength,
    usesDevMailbox: deps.usesDevMailbox,
    ...content.overrides,
  };
  c.header("Content-Security-Policy", policyOf(props));
  const page = (
    <Frame p={props} title={content.title(props.t)}>
      {content.view(props)}
    </Frame>
  );
  return c.html(`<!doctype html>${await page}`, content.status);
}

async function ownerOf(c: PageContext, deps: RenderPageDeps): Promise<string | null> {
  const session = c.get("session");
  return session ? formOwner(deps, session.account.id) : null;
}

/** Null as long as the user may also do without, such as after a change of the policy. */
function dueEnrolment(c: PageContext, { policies }: Pick<SecondFactorSettings, "policies">): number | null {
  const session = c.get("session");
  if (!session || session.restriction !== null) return null;
  const policy = policies[session.account.role];
  return policy === "required" || policy === "new_device" ? session.enrolmentDueAt : null;
}

/** Allows one style element by its nonce, one script by its origin, and the brand's logo. */
function policyOf(p: PageProps): string {
  const { scripts, frames } = captchaSources(p.captcha);
  const logo = p.brand.logoUrl === null ? [] : [new URL(p.brand.logoUrl).origin];
  const join = (...sources: readonly string[]) => [...new Set(sources)].join(" ");
  return [
    "default-src 'none'",
    `style-src 'nonce-${p.nonce}'`,
    `script-src ${join("'self'", ...scripts)}`,
    `img-src ${join("'self'", "data:", ...logo, ...p.imageSources)}`,
    ...(p.usesPasskeys ? ["connect-src 'self'"] : []),
    // A browser applies it to the redirects after a form, too (CSP 3 §6.4.1): a form leads to this service only.
    "form-action 'self'",
    ...(frames.length > 0 ? [`frame-src ${join(...frames)}`] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
