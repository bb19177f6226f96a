import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { EmailTokenPurpose, LiveEmailToken } from "./email-token.ts";
import type { EmailTokenStore } from "./store.ts";

export type FindEmailTokenDeps = {
  readonly clock: Clock;
  readonly emailTokens: Pick<EmailTokenStore, "findLive">;
};

/** The token if it is valid for one of the purposes, with the hash that claims it. Consumes nothing. */
export async function findEmailToken(
  deps: FindEmailTokenDeps,
  token: string,
  purposes: readonly EmailTokenPurpose[],
): Promise<(LiveEmailToken & { readonly tokenHash: string }) | null> {
  const tokenHash = await hashOneTimeToken(token);
  const emailToken = await deps.emailTokens.findLive(tokenHash, purposes, deps.clock.now());
  return emailToken && { ...emailToken, tokenHash };
}
