/**
 * Every page that the browser tests open. `worker/ui/every-page` compares the list with the router.
 * `browser/harness` compares the page states with it, because browser tests cannot read the router.
 */
export const PAGE_PATHS = [
  "/sign-in",
  "/sign-in/code",
  "/sign-up",
  "/sign-up/check-your-mail",
  "/verify-email",
  "/forgot-password",
  "/reset-password",
  "/sign-out",
  "/account",
  "/account/profile",
  "/account/picture",
  "/account/password",
  "/account/email",
  "/account/two-step-verification",
  "/account/confirm",
  "/account/phone",
  "/account/phone/code",
  "/account/linked",
  "/account/sessions",
  "/account/devices",
  "/account/keys",
  "/account/deactivate",
  "/admin/users",
  "/admin/users/:id",
  "/admin/users/:id/profile",
  "/admin/invite",
  "/admin/audit",
  "/admin/mail",
  "/device",
  "/device/confirm",
  "/admin/applications",
  "/admin/applications/new",
  "/admin/applications/:id",
] as const;

export type PagePath = (typeof PAGE_PATHS)[number];
