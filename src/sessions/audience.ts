import type { TokenSettings } from "./access-token.ts";

type AudienceSettings = Pick<TokenSettings, "audiences">;

/**
 * The audience of this service itself: the first of AUDIENCES. Its API accepts only tokens for it, and its pages use
 * only such tokens (docs/decisions/024).
 */
export const ownAudience = ({ audiences }: AudienceSettings): string => audiences[0];

/**
 * The audience of the tokens that a request asks for; without one, this service's own. Null if the audience is not
 * in AUDIENCES, or if cookies carry the tokens and it is not this service's own.
 */
export function chooseAudience(
  settings: AudienceSettings,
  requested: string | undefined,
  transport: "bearer" | "cookie" = "bearer",
): string | null {
  const own = ownAudience(settings);
  if (requested === undefined || requested === own) return own;
  return transport === "bearer" && settings.audiences.includes(requested) ? requested : null;
}
