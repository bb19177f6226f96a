import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { EmailTokenPurpose, LiveEmailToken } from "./email-token.ts";

export type FindEmailTokenDeps = {
  readonly clock: Clock;
  readonly links: {
    findLive(
      tokenHash: string,
      purposes: readonly EmailTokenPurpose[],
      now: number,
    ): Promise<LiveEmailToken | null>;
  };
};

/** The link by its token with the hash to claim it by, if it is still good. Consumes nothing. */
export async function findEmailToken(
  deps: FindEmailTokenDeps,
  token: string,
  purposes: readonly EmailTokenPurpose[],
): Promise<(LiveEmailToken & { readonly tokenHash: string }) | null> {
  const tokenHash = await hashOneTimeToken(token);
  const link = await deps.links.findLive(tokenHash, purposes, deps.clock.now());
  return link && { ...link, tokenHash };
}
