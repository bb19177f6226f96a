import { MINUTE } from "../../core/clock.ts";
import { seal, unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";

/** The page that redirects to a client after a form of this service. */
export const CONTINUE_PATH = "/oauth/continue";

/** Milliseconds: longer than an authorization code lives. */
const TTL = 5 * MINUTE;

const CONTEXT = "continue";

/**
 * Whether the page leads on by itself: `always`, `never`, or in the browser of one session only. Otherwise the user follows
 * a link, so that a client which has registered itself gets no open redirector (RFC 9700 §4.11.2).
 */
export type Forwarding = "always" | "never" | { readonly sessionId: string };

export type SealedRedirect = { readonly url: string; readonly forwarding: Forwarding };

/**
 * The path of a page of this service that leads to a client's URL. A browser applies `form-action` to the redirects
 * after a form (CSP 3 §6.4.1), so that a form cannot redirect to the client itself. Sealed: no other URL is accepted.
 */
export async function sealedRedirectPath(
  secrets: SecretRing,
  { url, forwarding }: SealedRedirect,
  now: number,
): Promise<string> {
  const forwards = typeof forwarding === "string" ? forwarding : forwarding.sessionId;
  const text = `${now + TTL} ${forwards} ${url}`;
  return `${CONTINUE_PATH}?to=${await seal(secrets, "seal-authorization", CONTEXT, text)}`;
}

/** The redirect, or null if this service has not sealed it, or not lately. */
export async function openSealedRedirect(
  secrets: SecretRing,
  sealed: string,
  now: number,
): Promise<SealedRedirect | null> {
  const text = await unseal(secrets, "seal-authorization", CONTEXT, sealed);
  const [, expiresAt = "0", forwards = "", url = ""] = /^(\d+) (\S+) (.*)$/s.exec(text ?? "") ?? [];
  if (Number(expiresAt) <= now) return null;
  return {
    url,
    forwarding: forwards === "always" || forwards === "never" ? forwards : { sessionId: forwards },
  };
}
