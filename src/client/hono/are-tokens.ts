import type { Tokens } from "../auth-service.ts";

/** Whether a session can be kept by them. */
export const areTokens = ({ token, refreshToken, expiresIn, refreshExpiresIn }: Tokens): boolean =>
  [token, refreshToken].every((text) => typeof text === "string" && text !== "") &&
  [expiresIn, refreshExpiresIn].every((seconds) => Number.isSafeInteger(seconds) && seconds > 0);
