import { MINUTE } from "../../core/clock.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRoot } from "../../core/crypto/secret-ring.ts";
import type { OAuthTransaction } from "./providers/provider.ts";

/** Milliseconds that somebody may take at the provider. */
export const OAUTH_TRANSACTION_TTL_MS = 10 * MINUTE;

/**
 * One way to a provider and back. PKCE verifier and nonce are made from the state under a key of ours:
 * 256 bits each that nobody else can make, and nothing of them is stored.
 */
export async function oauthTransactionOf(
  root: SecretRoot,
  { publicUrl, provider, state }: { publicUrl: string; provider: string; state: string },
): Promise<OAuthTransaction> {
  return {
    state,
    codeVerifier: await keyedHash(root, "social-round", `verifier\n${provider}\n${state}`),
    nonce: await keyedHash(root, "social-round", `nonce\n${provider}\n${state}`),
    redirectUri: `${publicUrl}/api/auth/social/${provider}/callback`,
  };
}
