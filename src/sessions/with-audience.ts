import type { TokenSettings } from "./access-token.ts";

export type AudienceDeps = { readonly settings: Pick<TokenSettings, "audiences"> };

/**
 * Returns deps that issue tokens for `audience`: it becomes the first of `settings.audiences`, which
 * `signAccessToken` uses. Without an audience the deps stay as they are. Null if the audience is not in
 * AUDIENCES, or is not the first of them with the transport "cookie" (docs/decisions/024). Verification is not
 * affected: `authenticate` reads the configured settings.
 */
export function withAudience<Deps extends AudienceDeps>(
  deps: Deps,
  audience: string | undefined,
  transport: "bearer" | "cookie" = "bearer",
): Deps | null {
  if (audience === undefined) return deps;
  const { audiences } = deps.settings;
  const allowed = transport === "cookie" ? audiences.slice(0, 1) : audiences;
  if (!allowed.includes(audience)) return null;
  const others = audiences.filter((other) => other !== audience);
  return { ...deps, settings: { ...deps.settings, audiences: [audience, ...others] } };
}
