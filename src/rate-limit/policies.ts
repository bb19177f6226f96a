/** How often one client, or one target (a mailbox), may use certain routes. */
export type RatePolicy = {
  /** Whose requests are counted together: those of an address, or those about a mailbox. */
  readonly key: "client" | "target";
  /** Requests in one window. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Method and path under `/api/auth`. Routes of one policy share its counter. */
  readonly routes: readonly `${"POST" | "PATCH"} /${string}`[];
};

/**
 * The one table of limits. A route stands in it once, because a request may wait for one KV read.
 * The numbers leave room for a household or an office behind one address; they slow a flood down,
 * while the account lock and the caps on mail, which are exact, stop an attack on one person.
 * `RATE_LIMITS` changes the numbers. The names are sent in headers and stored in keys.
 */
export const ratePolicies = {
  login: { key: "client", limit: 60, windowSeconds: 300, routes: ["POST /login"] },
  "login-otp": { key: "client", limit: 60, windowSeconds: 600, routes: ["POST /login/otp"] },
  "login-otp-resend": { key: "client", limit: 60, windowSeconds: 600, routes: ["POST /login/otp/resend"] },
  refresh: { key: "client", limit: 120, windowSeconds: 60, routes: ["POST /refresh"] },
  register: { key: "client", limit: 20, windowSeconds: 3600, routes: ["POST /register"] },
  "verify-email": { key: "client", limit: 60, windowSeconds: 600, routes: ["POST /verify-email"] },
  "reset-password": { key: "client", limit: 60, windowSeconds: 600, routes: ["POST /reset-password"] },
  "captcha-verify": { key: "client", limit: 60, windowSeconds: 600, routes: ["POST /captcha/verify"] },
  // A write that says "this username is taken" could be asked for a whole list of names.
  profile: { key: "client", limit: 60, windowSeconds: 600, routes: ["PATCH /me"] },
  // Each checks the password of a session that may be stolen; guesses add up over all of them.
  "password-check": {
    key: "client",
    limit: 30,
    windowSeconds: 600,
    routes: ["POST /me/password", "POST /me/email", "POST /me/otp", "POST /me/deactivate"],
  },
  "forgot-password": { key: "target", limit: 10, windowSeconds: 3600, routes: ["POST /forgot-password"] },
  "verify-email-resend": {
    key: "target",
    limit: 10,
    windowSeconds: 3600,
    routes: ["POST /verify-email/resend"],
  },
} as const satisfies Record<string, RatePolicy>;

export type RatePolicyName = keyof typeof ratePolicies;
export type RatePolicies = Readonly<Record<RatePolicyName, RatePolicy>>;

/** A route of the table; its path from the root of the service. */
export type GuardedRoute = {
  readonly method: string;
  readonly path: string;
  readonly policy: RatePolicyName;
};

/**
 * The routes whose policies count by client, or by target. The guard of the first needs nothing of
 * the request's body and stands before the whole route; that of the second stands in the route,
 * behind the body's validation, which finds the target.
 */
export const guardedRoutes = (key: RatePolicy["key"]): readonly GuardedRoute[] =>
  (Object.keys(ratePolicies) as RatePolicyName[])
    .filter((policy) => ratePolicies[policy].key === key)
    .flatMap((policy) =>
      ratePolicies[policy].routes.map((route) => {
        const [method = "", path = ""] = route.split(" ");
        return { method, path: `/api/auth${path}`, policy };
      }),
    );
