/** The methods of the first factor that SIGN_IN_METHODS can allow. */
export const SIGN_IN_METHODS = ["password", "passkey", "email_code", "social"] as const;

export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

export type SignInMethodSettings = { readonly signInMethods: readonly SignInMethod[] };

/** Whether SIGN_IN_METHODS allows a method. It never depends on the account. */
export const allowsMethod = ({ signInMethods }: SignInMethodSettings, method: SignInMethod): boolean =>
  signInMethods.includes(method);

/** The routes and pages that a method needs. Without the method they answer 404. Hono patterns. */
export const ROUTES_OF_METHODS: Readonly<Record<SignInMethod, readonly string[]>> = {
  password: [
    "/api/auth/login",
    "/api/auth/register",
    "/api/auth/forgot-password",
    "/api/auth/me/password",
    "/forgot-password",
    "/account/password",
    "/.well-known/change-password",
  ],
  passkey: ["/api/auth/login/passkey", "/api/auth/login/passkey/options"],
  email_code: [
    "/api/auth/login/email-code",
    "/api/auth/login/email-code/resend",
    "/api/auth/login/email-code/verify",
    "/sign-in/email-code",
  ],
  // No provider is configured then (`compose`), so its routes find none. Linked identities can still be removed.
  social: [],
};
