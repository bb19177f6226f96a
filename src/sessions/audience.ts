import type { TokenSettings } from "./access-token.ts";

type AudienceSettings = Pick<TokenSettings, "audiences">;

/**
 * The audience of this service itself: the first of AUDIENCES. Its API accepts only tokens for it, and its pages use
 * only such tokens (docs/decisions/024).
 */
export const ownAudience = ({ audiences }: AudienceSettings): string => audiences[0];

/**
 * The audience of the tokens that a request of this service's own client asks for; without one, this service's own.
 * Null if the audience is not in AUDIENCES, or if cookies carry the tokens and it is not this service's own.
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

/**
 * The audience of the session that an app opens: never this service's own. Without a request it is the only other
 * one of AUDIENCES. Null if the audience is not allowed, or if the request has to name one of several.
 */
export function chooseAppAudience(
  { audiences }: AudienceSettings,
  requested: string | undefined,
): string | null {
  const [, ...others] = audiences;
  if (requested !== undefined) return others.includes(requested) ? requested : null;
  const [only = null] = others;
  return others.length === 1 ? only : null;
}

/** Whose tokens are requested. Statements compare it with the session (`maySignFor` of `statements.ts`). */
export type AudienceRequest = {
  /** Null: the session's own. */
  readonly requested: string | null;
  /** The audience of this service. */
  readonly own: string;
};
