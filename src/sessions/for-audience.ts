import type { TokenSettings } from "./access-token.ts";

export type Issuing = { readonly settings: Pick<TokenSettings, "audiences"> };

/**
 * The same deps, whose tokens are issued for that audience; null where it is none of AUDIENCES, or not the
 * first, whose tokens alone go into cookies (docs/decisions/024). What may be presented here is not theirs to
 * say: `authenticate` keeps to the first as it is configured.
 */
export function forAudience<Deps extends Issuing>(
  deps: Deps,
  audience: string | undefined,
  transport: "bearer" | "cookie" = "bearer",
): Deps | null {
  if (audience === undefined) return deps;
  const { audiences } = deps.settings;
  const open = transport === "cookie" ? audiences.slice(0, 1) : audiences;
  if (!open.includes(audience)) return null;
  const others = audiences.filter((other) => other !== audience);
  return { ...deps, settings: { ...deps.settings, audiences: [audience, ...others] } };
}
