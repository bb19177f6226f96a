import type { Tokens } from "../auth-service.ts";

/** Checks that all tokens and lifetimes of a token response are present. */
export const isTokenResponse = ({ token, refreshToken, expiresIn, refreshExpiresIn }: Tokens): boolean =>
  [token, refreshToken].every((text) => typeof text === "string" && text !== "") &&
  [expiresIn, refreshExpiresIn].every((seconds) => Number.isSafeInteger(seconds) && seconds > 0);
