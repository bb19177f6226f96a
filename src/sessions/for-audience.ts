import type { TokenSettings } from "./access-token.ts";

type Issuing = { readonly settings: Pick<TokenSettings, "audiences"> };

/**
 * The same deps, whose tokens are issued for that audience; null where it is none of AUDIENCES. What
 * they accept stays the same: any of them (docs/decisions/024).
 */
export function forAudience<Deps extends Issuing>(deps: Deps, audience: string | undefined): Deps | null {
  if (audience === undefined) return deps;
  const { audiences } = deps.settings;
  if (!audiences.includes(audience)) return null;
  const others = audiences.filter((other) => other !== audience);
  return { ...deps, settings: { ...deps.settings, audiences: [audience, ...others] } };
}
