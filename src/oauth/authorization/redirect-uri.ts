/** Schemes that a browser runs, or opens in this service's own context. No client may register them. */
const ACTIVE_SCHEME = /^(?:javascript|data|vbscript|blob|file|filesystem|about|view-source):/i;

/** Visible ASCII without a backslash and without a fragment (RFC 6749 §3.1.2). */
const PLAIN = /^[\x21\x22\x24-\x5b\x5d-\x7e]+$/;

/** A loopback IP redirect URI: its host, its port, and the rest, which is compared exactly. */
const LOOPBACK_IP = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?([/?].*)?$/;

/**
 * Whether a requested redirect URI is a registered one: the same characters (RFC 9700 §4.1.3). RFC 8252 §7.3: only the
 * port of a loopback IP is free. `localhost` may resolve to another host, so its port is compared, too (§8.3).
 */
export function matchesRedirectUri(registered: readonly string[], requested: string): boolean {
  if (!PLAIN.test(requested) || ACTIVE_SCHEME.test(requested) || URL.parse(requested) === null) return false;
  if (registered.includes(requested)) return true;
  const loopback = LOOPBACK_IP.exec(requested);
  if (!loopback || Number(loopback[2] ?? 80) > 65_535 || loopback[2] === "0") return false;
  return registered.some((uri) => {
    const match = LOOPBACK_IP.exec(uri);
    return match !== null && match[1] === loopback[1] && match[3] === loopback[3];
  });
}

/** Whether the redirect goes to a program on the user's device, which any program there may pretend to be. */
export function isLoopback(redirectUri: string): boolean {
  const url = URL.parse(redirectUri);
  return url?.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
}

/** RFC 8252 §8.6: only an https redirect proves which client receives the code, so only it needs no page. */
export const allowsSilentConsent = (redirectUri: string): boolean =>
  URL.parse(redirectUri)?.protocol === "https:";

/** The host that receives the codes, which a consent is remembered for: without the free port, or the private scheme. */
export function redirectHostOf(redirectUri: string): string {
  const url = new URL(redirectUri);
  if (isLoopback(redirectUri)) return url.hostname;
  return url.host === "" ? url.protocol.slice(0, -1) : url.host;
}
