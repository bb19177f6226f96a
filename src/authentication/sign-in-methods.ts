/** The methods of the first factor that SIGN_IN_METHODS can allow. */
export const SIGN_IN_METHODS = ["password", "passkey", "email_code", "social"] as const;

export type SignInMethod = (typeof SIGN_IN_METHODS)[number];
