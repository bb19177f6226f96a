import { Hono, type MiddlewareHandler } from "hono";
import type { DepsOf } from "../http/context.ts";
import { isDescribed } from "../http/is-described.ts";
import { documented } from "../http/operation.ts";
import { refreshCookie } from "../http/session-cookies.ts";
import { deactivatePage } from "./account/deactivate.tsx";
import { emailPage } from "./account/email.tsx";
import { linkedPage } from "./account/linked.tsx";
import { overviewPage } from "./account/overview.tsx";
import { passwordPage } from "./account/password.tsx";
import { phonePage } from "./account/phone.tsx";
import { phoneCodePage } from "./account/phone-code.tsx";
import { picturePage } from "./account/picture.tsx";
import { profilePage } from "./account/profile.tsx";
import { secondStepPage } from "./account/second-step.tsx";
import { sessionsPage } from "./account/sessions.tsx";
import { auditPage } from "./admin/audit.tsx";
import { invitePage } from "./admin/invite.tsx";
import { undeliveredPage } from "./admin/undelivered.tsx";
import { userPage } from "./admin/user.tsx";
import { userProfilePage } from "./admin/user-profile.tsx";
import { usersPage } from "./admin/users.tsx";
import { go } from "./go.ts";
import type { Page, PageEnv } from "./page.ts";
import { checkMailPage } from "./public/check-mail.tsx";
import { codePage } from "./public/code.tsx";
import { forgotPage } from "./public/forgot.tsx";
import { languageRoutes } from "./public/language.ts";
import { resetPage } from "./public/reset.tsx";
import { signInPage } from "./public/sign-in.tsx";
import { signOutPage } from "./public/sign-out.tsx";
import { signUpPage } from "./public/sign-up.tsx";
import { verifyPage } from "./public/verify.tsx";
import { scriptRoutes } from "./script.ts";
import { type ServePageDeps, servePage } from "./serve-page.tsx";

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
    documented<MiddlewareHandler<PageEnv>>((_c, next) => next(), isDescribed && { page: "everybody" }),
    (c) => go(c, refreshCookie(c) === undefined ? "/sign-in" : "/account"),
  );
  app.route("/", languageRoutes(depsOf));
  app.route("/", scriptRoutes(depsOf));
  return app;
}
