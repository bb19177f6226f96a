import { Hono, type MiddlewareHandler } from "hono";
import { type ChooseLocaleDeps, chooseLocale } from "../../accounts/choose-locale.ts";
import type { DepsOf } from "../../http/context.ts";
import { type CsrfDeps, isOwnForm } from "../../http/csrf.ts";
import { isDescribed } from "../../http/is-described.ts";
import { documented } from "../../http/operation.ts";
import { isLocale } from "../../kernel/locale.ts";
import { judgeReturnUrl } from "../../login-codes/return-url.ts";
import { go } from "../go.ts";
import type { PageEnv } from "../page.ts";
import { languageCookie } from "../page-cookies.ts";
import { readForm } from "../read-form.ts";
import { type PageSessionDeps, pageSession } from "../require-page-session.ts";

type Deps = CsrfDeps & PageSessionDeps & ChooseLocaleDeps;

/**
 * The switch of languages, which comes back to where it was pressed: a page of this service, and no other.
 * Whoever has signed in gets their mail in that language too.
 */
export const languageRoutes = (depsOf: DepsOf<Deps>): Hono<PageEnv> =>
  new Hono<PageEnv>().post(
    "/language",
    documented<MiddlewareHandler>((_c, next) => next(), isDescribed && { page: "everybody" }),
    async (c) => {
      const deps = depsOf(c);
      const form = await readForm(c.req.raw);
      const { publicUrl } = deps.settings;
      const here = judgeReturnUrl(form?.text("here") ?? "", { publicUrl, allowedReturnUrls: [] }) ?? "/";
      const locale = form?.text("locale");
      if (!(await isOwnForm(c, deps, form?.text("csrf") ?? ""))) return go(c, here, "staleForm");
      if (!isLocale(locale)) return go(c, here);
      languageCookie.write(c, locale);
      const session = await pageSession(c, deps);
      if (session) await chooseLocale(deps, { account: session.account, locale });
      return go(c, here);
    },
  );
