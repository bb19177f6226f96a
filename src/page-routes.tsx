import { Hono, type MiddlewareHandler } from "hono";
import { avatarPage } from "./accounts/avatar/pages/avatar.tsx";
import { deletionPage } from "./accounts/deletion/pages/deletion.tsx";
import { exportPage } from "./accounts/export/pages/export.tsx";
import { deactivatePage } from "./accounts/pages/deactivate.tsx";
import { emailPage } from "./accounts/pages/email.tsx";
import { overviewPage } from "./accounts/pages/overview.tsx";
import { passwordPage } from "./accounts/pages/password.tsx";
import { profilePage } from "./accounts/pages/profile.tsx";
import { phonePage } from "./accounts/phone/pages/phone.tsx";
import { phoneCodePage } from "./accounts/phone/pages/phone-code.tsx";
import { auditLogPage } from "./admin/audit-log/pages/audit-log.tsx";
import { deadMessagesPage } from "./admin/users/pages/dead-messages.tsx";
import { invitePage } from "./admin/users/pages/invite.tsx";
import { userPage } from "./admin/users/pages/user.tsx";
import { userMetadataPage } from "./admin/users/pages/user-metadata.tsx";
import { userProfilePage } from "./admin/users/pages/user-profile.tsx";
import { usersPage } from "./admin/users/pages/users.tsx";
import { apiKeysPage } from "./api-keys/pages/api-keys.tsx";
import { emailCodePage } from "./authentication/email-code/pages/email-code.tsx";
import { cancelFactorRemovalPage } from "./authentication/factor-removal/pages/cancel-factor-removal.tsx";
import { factorRemovalPage } from "./authentication/factor-removal/pages/factor-removal.tsx";
import { devicesPage } from "./authentication/known-devices/pages/devices.tsx";
import { passkeyPage } from "./authentication/passkeys/pages/passkey.tsx";
import { passkeysPage } from "./authentication/passkeys/pages/passkeys.tsx";
import { signInPage } from "./authentication/password/pages/sign-in.tsx";
import { forgotPasswordPage } from "./authentication/password/password-reset/pages/forgot-password.tsx";
import { resetPasswordPage } from "./authentication/password/password-reset/pages/reset-password.tsx";
import { confirmPage } from "./authentication/reauthentication/pages/confirm.tsx";
import { factorPage } from "./authentication/second-factor/pages/factor.tsx";
import { signInCodePage } from "./authentication/second-factor/pages/sign-in-code.tsx";
import { twoStepPage } from "./authentication/second-factor/pages/two-step.tsx";
import { recoveryCodesPage } from "./authentication/second-factor/recovery-codes/pages/recovery-codes.tsx";
import { authenticatorPage } from "./authentication/second-factor/totp/pages/authenticator.tsx";
import { linkedIdentitiesPage } from "./authentication/social/pages/linked-identities.tsx";
import type { DepsOf } from "./http/context.ts";
import { documented } from "./http/openapi-operation.ts";
import { refreshCookie } from "./http/session-cookies.ts";
import { authorizePage } from "./oauth/authorization/pages/authorize.tsx";
import { consentPage } from "./oauth/authorization/pages/consent.tsx";
import { continuePage } from "./oauth/authorization/pages/continue.tsx";
import { applicationPage } from "./oauth/clients/pages/application.tsx";
import { applicationsPage } from "./oauth/clients/pages/applications.tsx";
import { newApplicationPage } from "./oauth/clients/pages/new-application.tsx";
import { devicePage } from "./oauth/device/pages/device.tsx";
import { deviceConfirmPage } from "./oauth/device/pages/device-confirm.tsx";
import { appsPage } from "./oauth/grants/pages/apps.tsx";
import { logoutPage } from "./oauth/logout/pages/logout.tsx";
import { checkEmailPage } from "./registration/pages/check-email.tsx";
import { signUpPage } from "./registration/pages/sign-up.tsx";
import { verifyEmailPage } from "./registration/pages/verify-email.tsx";
import { completePage } from "./registration/sign-up-fields/pages/complete.tsx";
import { sessionsPage } from "./sessions/pages/sessions.tsx";
import { signOutPage } from "./sessions/pages/sign-out.tsx";
import { languageRoutes } from "./ui/language-routes.ts";
import type { Page, PageEnv } from "./ui/page.ts";
import { redirectWithFlash } from "./ui/redirect-with-flash.ts";
import { scriptRoutes } from "./ui/script-routes.ts";
import { type ServePageDeps, servePage } from "./ui/serve-page.ts";

/** Every page. Their dependency types are inferred from this list. */
const pages = [
  signInPage,
  signInCodePage,
  emailCodePage,
  signUpPage,
  checkEmailPage,
  verifyEmailPage,
  forgotPasswordPage,
  resetPasswordPage,
  signOutPage,
  overviewPage,
  completePage,
  profilePage,
  avatarPage,
  passwordPage,
  emailPage,
  twoStepPage,
  authenticatorPage,
  recoveryCodesPage,
  factorPage,
  passkeysPage,
  passkeyPage,
  confirmPage,
  factorRemovalPage,
  cancelFactorRemovalPage,
  phonePage,
  phoneCodePage,
  linkedIdentitiesPage,
  sessionsPage,
  devicesPage,
  apiKeysPage,
  deactivatePage,
  deletionPage,
  exportPage,
  usersPage,
  userPage,
  userProfilePage,
  userMetadataPage,
  invitePage,
  auditLogPage,
  deadMessagesPage,
  authorizePage,
  consentPage,
  continuePage,
  devicePage,
  deviceConfirmPage,
  applicationsPage,
  newApplicationPage,
  applicationPage,
  logoutPage,
  appsPage,
];

type Routes = (typeof pages)[number] | typeof languageRoutes | typeof scriptRoutes;

/** Distributes over a union of factories: the intersection of their dependencies. */
type DepsOfAll<Factory> = (
  Factory extends (depsOf: DepsOf<infer Deps>) => unknown
    ? (deps: Deps) => void
    : never
) extends (deps: infer All) => void
  ? All
  : never;

type Deps = ServePageDeps & DepsOfAll<Routes>;

/** The pages, rendered on the server. They work with and without JavaScript. */
export function pageRoutes(depsOf: DepsOf<Deps>): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  for (const createPage of pages) {
    const page: Page<unknown> = createPage(depsOf);
    servePage(app, depsOf, page);
  }
  app.get(
    "/",
    documented<MiddlewareHandler<PageEnv>>((_c, next) => next(), { page: "everybody" }),
    (c) => redirectWithFlash(c, refreshCookie(c) === undefined ? "/sign-in" : "/account"),
  );
  // A Well-Known URL for Changing Passwords (W3C): password managers open it.
  app.get("/.well-known/change-password", (c) => c.redirect("/account/password", 303));
  app.route("/", languageRoutes(depsOf));
  app.route("/", scriptRoutes(depsOf));
  return app;
}
