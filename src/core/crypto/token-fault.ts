/** What a token names is no key of ours. */
export class UnknownKey extends Error {}

/** A fault of the token, as jose names them (`ERR_J…`); anything else is ours or the database's. */
export const isTokenFault = (cause: unknown): boolean =>
  cause instanceof UnknownKey ||
  (cause instanceof Error && "code" in cause && String(cause.code).startsWith("ERR_J"));
