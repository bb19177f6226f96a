import { Hono, type MiddlewareHandler } from "hono";
import { picturePage } from "./accounts/avatar/pages/avatar.tsx";
import { deactivatePage } from "./accounts/pages/deactivate.tsx";
import { emailPage } from "./accounts/pages/email.tsx";
import { overviewPage } from "./accounts/pages/overview.tsx";
import { passwordPage } from "./accounts/pages/password.tsx";
import { profilePage } from "./accounts/pages/profile.tsx";
import { phonePage } from "./accounts/phone/pages/phone.tsx";
import { phoneCodePage } from "./accounts/phone/pages/phone-code.tsx";
import { auditPage } from "./admin/audit-log/pages/audit-log.tsx";
import { invitePage } from "./admin/users/pages/invite.tsx";
import { undeliveredPage } from "./admin/users/pages/undelivered.tsx";
import { userPage } from "./admin/users/pages/user.tsx";
import { userProfilePage } from "./admin/users/pages/user-profile.tsx";
import { usersPage } from "./admin/users/pages/users.tsx";
import { forgotPage } from "./authentication/password/pages/forgot-password.tsx";
import { resetPage } from "./authentication/password/pages/reset-password.tsx";
import { signInPage } from "./authentication/password/pages/sign-in.tsx";
import { codePage } from "./authentication/second-factor/pages/code.tsx";
import { secondStepPage } from "./authentication/second-factor/pages/second-factor.tsx";
import { linkedPage } from "./authentication/social/pages/linked-identities.tsx";
import type { DepsOf } from "./http/context.ts";
import { documented } from "./http/operation.ts";
import { refreshCookie } from "./http/session-cookies.ts";
import { checkMailPage } from "./registration/pages/check-email.tsx";
import { signUpPage } from "./registration/pages/sign-up.tsx";
import { verifyPage } from "./registration/pages/verify-email.tsx";
import { sessionsPage } from "./sessions/pages/sessions.tsx";
import { signOutPage } from "./sessions/pages/sign-out.tsx";
import { languageRoutes } from "./ui/language-routes.ts";
import type { Page, PageEnv } from "./ui/page.ts";
import { redirectWithFlash } from "./ui/redirect-with-flash.ts";
import { scriptRoutes } from "./ui/script-routes.ts";
import { type ServePageDeps, servePage } from "./ui/serve-page.tsx";

type DepsOfPage<P> = P extends (depsOf: DepsOf<infer Deps>) => unknown ? Deps : never;

type Deps = ServePageDeps &
  DepsOfPage<typeof signInPage> &
  DepsOfPage<typeof codePage> &
  DepsOfPage<typeof signUpPage> &
  DepsOfPage<typeof checkMailPage> &
  DepsOfPage<typeof verifyPage> &
  DepsOfPage<typeof forgotPage> &
  DepsOfPage<typeof resetPage> &
  DepsOfPage<typeof signOutPage> &
  DepsOfPage<typeof overviewPage> &
  DepsOfPage<typeof profilePage> &
  DepsOfPage<typeof picturePage> &
  DepsOfPage<typeof passwordPage> &
  DepsOfPage<typeof emailPage> &
  DepsOfPage<typeof secondStepPage> &
  DepsOfPage<typeof phonePage> &
  DepsOfPage<typeof phoneCodePage> &
  DepsOfPage<typeof linkedPage> &
  DepsOfPage<typeof sessionsPage> &
  DepsOfPage<typeof deactivatePage> &
  DepsOfPage<typeof usersPage> &
  DepsOfPage<typeof userPage> &
  DepsOfPage<typeof userProfilePage> &
  DepsOfPage<typeof invitePage> &
  DepsOfPage<typeof auditPage> &
  DepsOfPage<typeof undeliveredPage> &
  DepsOfPage<typeof languageRoutes> &
  DepsOfPage<typeof scriptRoutes>;

/** The pages: the verbs of the API for people, rendered here, with and without a script. */
export function pageRoutes(depsOf: DepsOf<Deps>): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const serve = <Data, Subject>(page: Page<Data, Subject>) => servePage(app, depsOf, page);
  serve(signInPage(depsOf));
  serve(codePage(depsOf));
  serve(signUpPage(depsOf));
  serve(checkMailPage(depsOf));
  serve(verifyPage(depsOf));
  serve(forgotPage(depsOf));
  serve(resetPage(depsOf));
  serve(signOutPage(depsOf));
  serve(overviewPage(depsOf));
  serve(profilePage(depsOf));
  serve(picturePage(depsOf));
  serve(passwordPage(depsOf));
  serve(emailPage(depsOf));
  serve(secondStepPage(depsOf));
  serve(phonePage(depsOf));
  serve(phoneCodePage(depsOf));
  serve(linkedPage(depsOf));
  serve(sessionsPage(depsOf));
  serve(deactivatePage(depsOf));
  serve(usersPage(depsOf));
  serve(userPage(depsOf));
  serve(userProfilePage(depsOf));
  serve(invitePage(depsOf));
  serve(auditPage(depsOf));
  serve(undeliveredPage(depsOf));
  app.get(
    "/",
    documented<MiddlewareHandler<PageEnv>>((_c, next) => next(), { page: "everybody" }),
    (c) => redirectWithFlash(c, refreshCookie(c) === undefined ? "/sign-in" : "/account"),
  );
  app.route("/", languageRoutes(depsOf));
  app.route("/", scriptRoutes(depsOf));
  return app;
}
