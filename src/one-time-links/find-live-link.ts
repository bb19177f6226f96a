import type { Clock } from "../kernel/clock.ts";
import { hashOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import type { LinkPurpose, LiveLink } from "./link.ts";

export type FindLiveLinkDeps = {
  readonly clock: Clock;
  readonly links: {
    findLive(tokenHash: string, purposes: readonly LinkPurpose[], now: number): Promise<LiveLink | null>;
  };
};

/** The link by its token with the hash to claim it by, if it is still good. Consumes nothing. */
export async function findLiveLink(
  deps: FindLiveLinkDeps,
  token: string,
  purposes: readonly LinkPurpose[],
): Promise<(LiveLink & { readonly tokenHash: string }) | null> {
  const tokenHash = await hashOneTimeToken(token);
  const link = await deps.links.findLive(tokenHash, purposes, deps.clock.now());
  return link && { ...link, tokenHash };
}
