/** The token names a key that this service does not have. */
export class UnknownKeyError extends Error {}

/** True if the token is invalid (jose: `ERR_J…`). Other errors come from this service or the database. */
export const isInvalidTokenError = (cause: unknown): boolean =>
  cause instanceof UnknownKeyError ||
  (cause instanceof Error && "code" in cause && String(cause.code).startsWith("ERR_J"));
