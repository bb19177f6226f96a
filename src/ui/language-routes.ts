import { Hono, type MiddlewareHandler } from "hono";
import { type SetLocaleDeps, setLocale } from "../accounts/set-locale.ts";
import { isLocale } from "../core/locale.ts";
import { ownPagePath } from "../core/own-page-path.ts";
import type { DepsOf } from "../http/context.ts";
import { type CsrfDeps, judgeForm } from "../http/csrf.ts";
import { documented } from "../http/openapi-operation.ts";
import { refuse } from "../http/respond.ts";
import type { PageEnv } from "./page.ts";
import { languageCookie } from "./page-cookies.ts";
import { readForm } from "./read-form.ts";
import { redirectWithFlash } from "./redirect-with-flash.ts";
import { type PageSessionDeps, pageSession } from "./require-page-session.ts";

type Deps = CsrfDeps & PageSessionDeps & SetLocaleDeps;

/**
 * POST /language: sets the language and redirects back to the page of this service that holds the switch. The
 * service also sends mail to a signed-in user in that language.
 */
export const languageRoutes = (depsOf: DepsOf<Deps>): Hono<PageEnv> =>
  new Hono<PageEnv>().post(
    "/language",
    documented<MiddlewareHandler>((_c, next) => next(), { page: "everybody" }),
    async (c) => {
      const deps = depsOf(c);
      if (c.var.rateLimitedFor !== undefined)
        return refuse(c, "rate_limited", { retryAfter: c.var.rateLimitedFor });
      const form = await readForm(c.req.raw);
      const currentUrl = ownPagePath(form?.text("here") ?? "", deps.settings.publicUrl) ?? "/";
      const locale = form?.text("locale");
      if ((await judgeForm(c, deps, form?.text("csrf") ?? "")) !== "safe")
        return redirectWithFlash(c, currentUrl, "staleForm");
      if (!isLocale(locale)) return redirectWithFlash(c, currentUrl);
      languageCookie.write(c, locale);
      const session = await pageSession(c, deps);
      if (session) await setLocale(deps, { account: session.account, locale });
      return redirectWithFlash(c, currentUrl);
    },
  );
