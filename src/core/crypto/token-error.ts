import { errors } from "jose";

/** The token names a key that this service does not have. */
export class UnknownKeyError extends Error {}

/** True if the token is invalid. Other errors come from this service or the database. */
export const isInvalidTokenError = (cause: unknown): boolean =>
  cause instanceof UnknownKeyError || cause instanceof errors.JOSEError;
