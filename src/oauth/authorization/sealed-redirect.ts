import { MINUTE } from "../../core/clock.ts";
import { seal, unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";

/** The page that redirects to a client after a form of this service. */
export const CONTINUE_PATH = "/oauth/continue";

/** Milliseconds: longer than an authorization code lives. */
const TTL = 5 * MINUTE;

const CONTEXT = "continue";

/**
 * The path of a page of this service that leads to a client's URL. A browser applies `form-action` to the redirects
 * after a form (CSP 3 §6.4.1), so that a form cannot redirect to the client itself. Sealed: no other URL is accepted.
 */
export async function sealedRedirectPath(secrets: SecretRing, url: string, now: number): Promise<string> {
  const sealed = await seal(secrets, "seal-authorization", CONTEXT, `${now + TTL} ${url}`);
  return `${CONTINUE_PATH}?to=${sealed}`;
}

/** The URL, or null if this service has not sealed it, or not lately. */
export async function openSealedRedirect(
  secrets: SecretRing,
  sealed: string,
  now: number,
): Promise<string | null> {
  const text = await unseal(secrets, "seal-authorization", CONTEXT, sealed);
  const [, expiresAt = "0", url = null] = /^(\d+) (.*)$/s.exec(text ?? "") ?? [];
  return Number(expiresAt) > now ? url : null;
}
