/** How often one client may use certain routes. */
export type RatePolicy = {
  /** Requests in one window. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Method and path from the root of the service. Routes of one policy share its counter. */
  readonly routes: readonly `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`[];
};

/**
 * The one table of limits. A route stands in it once, because a request may wait for one KV read.
 * Every policy counts by client. The numbers leave room for a household or an office behind one
 * address; they slow a flood down, and keep one client from spending what all share, such as the
 * hourly cap on mail.
 *
 * A page's form does what the API does, so the two share a window.
 *
 * What happens to one target, whoever asks, is not counted here but capped exactly, in D1: guesses
 * by the account lock (`src/account-lock`), mail by the send caps (`src/messaging/outbox/statements.ts`).
 *
 * `RATE_LIMITS` changes the numbers. The names are sent in headers and stored in keys.
 */
export const ratePolicies = {
  login: { limit: 60, windowSeconds: 300, routes: ["POST /api/auth/login", "POST /sign-in"] },
  "login-otp": {
    limit: 60,
    windowSeconds: 600,
    // The page also sends codes again, which D1 caps.
    routes: ["POST /api/auth/login/otp", "POST /sign-in/code"],
  },
  "login-otp-resend": { limit: 60, windowSeconds: 600, routes: ["POST /api/auth/login/otp/resend"] },
  // Nobody guesses 256 bits or a signature. What comes here may be the server of an app, with all its people behind one
  // address: the window is no narrower than the burst guard, and stops what goes on for long.
  refresh: { limit: 300, windowSeconds: 60, routes: ["POST /api/auth/refresh"] },
  exchange: { limit: 300, windowSeconds: 60, routes: ["POST /api/auth/exchange"] },
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
  // A write that says "this username is taken" could be asked for a whole list of names.
  profile: { limit: 60, windowSeconds: 600, routes: ["PATCH /api/auth/me", "POST /account/profile"] },
  // Each checks the password of a session that may be stolen; guesses add up over all of them. A way in is removed
  // without one, and in the same window, since one page adds and removes.
  "password-check": {
    limit: 30,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/me/password",
      "POST /api/auth/me/email",
      "POST /api/auth/me/otp",
      "POST /api/auth/me/deactivate",
      "POST /api/auth/me/identities/:provider",
      "DELETE /api/auth/me/identities/:provider",
      "POST /account/password",
      "POST /account/email",
      "POST /account/second-step",
      "POST /account/deactivate",
      "POST /account/linked",
    ],
  },
  // Each is cleaned, and kept until it is replaced.
  avatar: {
    limit: 30,
    windowSeconds: 600,
    routes: ["PUT /api/auth/me/avatar", "DELETE /api/auth/me/avatar", "POST /account/picture"],
  },
  // A round by redirect is two of them. Starting one writes a row, and asks a provider.
  social: {
    limit: 60,
    windowSeconds: 600,
    routes: [
      "GET /api/auth/social/:provider/start",
      "GET /api/auth/social/:provider/callback",
      "POST /api/auth/social/:provider/token",
    ],
  },
  // What an admin does by hand, and a bit of a script.
  users: {
    limit: 300,
    windowSeconds: 600,
    routes: [
      "POST /api/auth/users",
      "PATCH /api/auth/users/:id",
      "DELETE /api/auth/users/:id",
      "POST /api/auth/users/:id/activate",
      "POST /api/auth/users/:id/deactivate",
      "POST /api/auth/users/:id/unlock",
      "POST /api/auth/users/:id/reset-password",
      "PUT /api/auth/users/:id/role",
      "PUT /api/auth/users/:id/avatar",
      "DELETE /api/auth/users/:id/avatar",
      "DELETE /api/auth/users/:id/sessions",
      "POST /admin/invite",
      "POST /admin/users/:id",
      "POST /admin/users/:id/profile",
    ],
  },
  // A text costs more than a mail; taking a number off makes room for the next one.
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
  // A monitor asks twice a minute; each new answer asks every store.
  health: { limit: 60, windowSeconds: 60, routes: ["GET /healthz/deep"] },
} as const satisfies Record<string, RatePolicy>;

export type RatePolicyName = keyof typeof ratePolicies;
export type RatePolicies = Readonly<Record<RatePolicyName, RatePolicy>>;

export type GuardedRoute = {
  readonly method: string;
  readonly path: string;
  readonly policy: RatePolicyName;
};

/** Every route of the table. Its guard needs nothing of the body, and stands before the whole route. */
export const guardedRoutes = (): readonly GuardedRoute[] =>
  (Object.keys(ratePolicies) as RatePolicyName[]).flatMap((policy) =>
    ratePolicies[policy].routes.map((route) => {
      const [method = "", path = ""] = route.split(" ");
      return { method, path, policy };
    }),
  );
