/** How often one client may call a group of routes. */
export type RatePolicy = {
  /** Requests per window. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Method and absolute path. The routes of a policy share one counter. */
  readonly routes: readonly `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`[];
};

/**
 * All rate limits. A route is listed at most once, because a request may cost at most one KV read. Every
 * policy counts per client. The limits allow for many users behind one address. They slow down a flood,
 * and prevent one client from using up shared limits such as the hourly cap on mail.
 *
 * The form of a page and the API route with the same use case share a window.
 *
 * `mail`, `text` and `user-code` have no routes: D1 counts the requests that cause a mail or a text message, and wrong
 * codes of devices, exactly, per client and network, in the batch that they need anyway.
 *
 * Limits per target are exact and enforced in D1: password guesses by the lockout
 * (`src/authentication/lockout`), messages by the send caps (`src/messaging/outbox/statements.ts`).
 *
 * `RATE_LIMITS` overrides the numbers. The names are sent in headers and stored in keys.
 */
export const ratePolicies = {
  login: {
    limit: 60,
    windowSeconds: 300,
    // The page also requests email codes. `mail` limits the mails.
    routes: ["POST /api/auth/login", "POST /api/auth/login/email-code", "POST /sign-in"],
  },
  "login-otp": {
    limit: 60,
    windowSeconds: 600,
    // The page also resends codes, which D1 caps.
    routes: ["POST /api/auth/login/otp", "POST /sign-in/code"],
  },
  "login-otp-resend": {
    limit: 60,
    windowSeconds: 600,
    routes: ["POST /api/auth/login/otp/resend", "POST /api/auth/login/otp/send"],
  },
  // The sign-in page asks for options each time it is shown, and again before they expire.
  "login-passkey-options": {
    limit: 200,
    windowSeconds: 300,
    routes: ["POST /api/auth/login/passkey/options", "POST /api/auth/login/otp/options"],
  },
  "login-passkey": { limit: 60, windowSeconds: 300, routes: ["POST /api/auth/login/passkey"] },
  // Each new passkey mails the user.
  passkeys: {
    limit: 60,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/me/factors/passkeys/options",
      "POST /api/auth/me/factors/passkeys",
      "POST /account/passkeys",
    ],
  },
  "email-code-verify": {
    limit: 60,
    windowSeconds: 600,
    // The page also resends codes, which D1 caps.
    routes: ["POST /api/auth/login/email-code/verify", "POST /sign-in/email-code"],
  },
  "email-code-resend": {
    limit: 60,
    windowSeconds: 600,
    routes: ["POST /api/auth/login/email-code/resend"],
  },
  // 256 bits or a signature cannot be guessed. The client may be the server of an app with all its users behind one
  // address, so the limit is not below that of the burst guard; it stops only sustained load.
  refresh: { limit: 300, windowSeconds: 60, routes: ["POST /api/auth/refresh"] },
  // A client is often the server of an app with all its users behind one address, and a resource server asks for each request.
  "oauth-token": { limit: 300, windowSeconds: 60, routes: ["POST /oauth/token"] },
  "oauth-userinfo": {
    limit: 600,
    windowSeconds: 60,
    routes: ["GET /oauth/userinfo", "POST /oauth/userinfo"],
  },
  "oauth-introspect": { limit: 1200, windowSeconds: 60, routes: ["POST /oauth/introspect"] },
  "oauth-revoke": { limit: 300, windowSeconds: 60, routes: ["POST /oauth/revoke"] },
  register: { limit: 20, windowSeconds: 3600, routes: ["POST /api/auth/register", "POST /sign-up"] },
  "verify-email": {
    limit: 60,
    windowSeconds: 600,
    routes: ["POST /api/auth/verify-email", "POST /verify-email"],
  },
  "verify-email-resend": {
    limit: 20,
    windowSeconds: 3600,
    routes: ["POST /api/auth/verify-email/resend", "POST /sign-up/check-your-mail"],
  },
  "forgot-password": {
    limit: 20,
    windowSeconds: 3600,
    routes: ["POST /api/auth/forgot-password", "POST /forgot-password"],
  },
  "reset-password": {
    limit: 60,
    windowSeconds: 600,
    routes: ["POST /api/auth/reset-password", "POST /reset-password"],
  },
  "captcha-verify": { limit: 60, windowSeconds: 600, routes: ["POST /api/auth/captcha/verify"] },
  // The error "this username is taken" could be used to enumerate usernames.
  profile: { limit: 60, windowSeconds: 600, routes: ["PATCH /api/auth/me", "POST /account/profile"] },
  "sign-up-answers": {
    limit: 60,
    windowSeconds: 600,
    routes: ["POST /api/auth/me/sign-up-answers", "POST /account/complete"],
  },
  // These routes check the password of a session that may be stolen, so guesses add up over all of them. Removing a
  // sign-in method by the API checks none; it shares the window because one page adds and removes.
  "password-check": {
    limit: 30,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/me/password",
      "POST /api/auth/me/email",
      "POST /api/auth/me/otp",
      "POST /api/auth/me/deactivate",
      "POST /api/auth/me/reauthenticate",
      "POST /api/auth/me/reauthenticate/otp",
      "POST /api/auth/me/reauthenticate/code",
      "POST /api/auth/me/reauthenticate/options",
      "POST /api/auth/me/identities/:provider",
      "DELETE /api/auth/me/identities/:provider",
      "POST /account/password",
      "POST /account/email",
      "POST /account/confirm",
      "POST /account/deactivate",
      "POST /account/linked",
    ],
  },
  "factor-removal": {
    limit: 60,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/me/factors/removal/cancel",
      "POST /account/factor-removal",
      "POST /cancel-factor-removal",
    ],
  },
  // Each change mails the user. The routes verify no code that could be guessed: the caller gets the secret.
  factors: {
    limit: 60,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/me/factors/totp",
      "POST /api/auth/me/factors/totp/verify",
      "POST /api/auth/me/factors/sms",
      "POST /api/auth/me/factors/recovery-codes",
      "PATCH /api/auth/me/factors/:id",
      "DELETE /api/auth/me/factors/:id",
      "POST /account/two-step",
      "POST /account/two-step/authenticator",
      "POST /account/two-step/recovery-codes",
      "POST /account/two-step/factors/:id",
      "POST /account/passkeys/:id",
    ],
  },
  // Each of them mails the user, or may read the whole audit log of the account.
  "own-data": {
    limit: 20,
    windowSeconds: 600,
    routes: [
      "DELETE /api/auth/me",
      "POST /api/auth/me/deletion/cancel",
      "POST /account/deletion",
      "GET /api/auth/me/export",
      "POST /account/export",
    ],
  },
  devices: {
    limit: 60,
    windowSeconds: 600,
    routes: [
      "DELETE /api/auth/me/devices/:id",
      "DELETE /api/auth/me/devices/:id/trust",
      "POST /account/devices",
    ],
  },
  // Each creation mails the user.
  "api-keys": {
    limit: 30,
    windowSeconds: 600,
    routes: ["POST /api/auth/me/keys", "DELETE /api/auth/me/keys/:id", "POST /account/keys"],
  },
  // Each upload is sanitized and stored until it is replaced.
  avatar: {
    limit: 30,
    windowSeconds: 600,
    routes: ["PUT /api/auth/me/avatar", "DELETE /api/auth/me/avatar", "POST /account/picture"],
  },
  // A sign-in by redirect uses two of these routes. The start inserts a row and may call the provider.
  social: {
    limit: 60,
    windowSeconds: 600,
    routes: [
      "GET /api/auth/social/:provider/start",
      "GET /api/auth/social/:provider/callback",
      "POST /api/auth/social/:provider/callback",
      "POST /api/auth/social/:provider/token",
    ],
  },
  // Enough for manual work of an admin and for small scripts.
  users: {
    limit: 300,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/users",
      "PATCH /api/auth/users/:id",
      "DELETE /api/auth/users/:id",
      "POST /api/auth/users/:id/activate",
      "POST /api/auth/users/:id/deletion/cancel",
      "POST /api/auth/users/:id/deactivate",
      "POST /api/auth/users/:id/unlock",
      "POST /api/auth/users/:id/reset-password",
      "PUT /api/auth/users/:id/role",
      "PUT /api/auth/users/:id/avatar",
      "DELETE /api/auth/users/:id/avatar",
      "DELETE /api/auth/users/:id/sessions",
      "DELETE /api/auth/users/:id/factors",
      "POST /api/auth/users/:id/factors/removal/cancel",
      "POST /admin/invite",
      "POST /admin/users/:id",
      "POST /admin/users/:id/profile",
      "POST /admin/users/:id/metadata",
    ],
  },
  // Each registration inserts a row (RFC 7591 §5).
  "client-registration": { limit: 20, windowSeconds: 3600, routes: ["POST /oauth/register"] },
  clients: {
    limit: 300,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/clients",
      "PATCH /api/auth/clients/:id",
      "DELETE /api/auth/clients/:id",
      "POST /api/auth/clients/:id/secrets",
      "DELETE /api/auth/clients/:id/secrets/:secretId",
      "POST /admin/applications/new",
      "POST /admin/applications/:id",
    ],
  },
  // An SMS costs more than an email. Removing a number allows adding another one, so it counts too.
  phone: {
    limit: 20,
    windowSeconds: 3600,
    routes: ["POST /api/auth/me/phone", "DELETE /api/auth/me/phone", "POST /account/phone"],
  },
  "phone-verify": {
    limit: 60,
    windowSeconds: 600,
    routes: ["POST /api/auth/me/phone/verify", "POST /account/phone/code"],
  },
  // Exact limits (`client-limits.ts`). Enough for an office behind one address, where users register and forget passwords.
  mail: { limit: 60, windowSeconds: 3600, routes: [] },
  text: { limit: 20, windowSeconds: 3600, routes: [] },
  // Wrong user codes of devices, in addition to the limit of the account. Exact, too.
  "user-code": { limit: 20, windowSeconds: 3600, routes: [] },
  // Each request inserts a row. A fleet of devices may be behind one address.
  "device-authorization": { limit: 60, windowSeconds: 600, routes: ["POST /oauth/device_authorization"] },
  device: { limit: 60, windowSeconds: 600, routes: ["POST /device", "POST /device/confirm"] },
  // The language of a signed-in user is a write, too.
  language: { limit: 60, windowSeconds: 600, routes: ["POST /language"] },
  // An app that renews its sign-in often, with all its users behind one address.
  "oauth-authorize": {
    limit: 300,
    windowSeconds: 60,
    routes: ["GET /oauth/authorize", "POST /oauth/authorize"],
  },
  "oauth-par": { limit: 300, windowSeconds: 60, routes: ["POST /oauth/par"] },
  "oauth-logout": { limit: 60, windowSeconds: 600, routes: ["POST /oauth/logout"] },
  apps: {
    limit: 60,
    windowSeconds: 600,
    routes: ["DELETE /api/auth/me/apps/:id", "POST /account/apps"],
  },
  "oauth-consent": { limit: 60, windowSeconds: 600, routes: ["POST /oauth/consent"] },
  // Monitors call it about twice a minute. Each uncached report queries all stores.
  health: { limit: 60, windowSeconds: 60, routes: ["GET /healthz/deep"] },
} as const satisfies Record<string, RatePolicy>;

export type RatePolicyName = keyof typeof ratePolicies;
export type RatePolicies = Readonly<Record<RatePolicyName, RatePolicy>>;

export type GuardedRoute = {
  readonly method: string;
  readonly path: string;
  readonly policy: RatePolicyName;
};

/** All routes with a policy. Their guard does not need the body, so it runs first. */
export const guardedRoutes = (): readonly GuardedRoute[] =>
  (Object.keys(ratePolicies) as RatePolicyName[]).flatMap((policy) =>
    ratePolicies[policy].routes.map((route) => {
      const [method = "", path = ""] = route.split(" ");
      return { method, path, policy };
    }),
  );
