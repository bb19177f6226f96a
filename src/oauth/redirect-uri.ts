/** `https`: a web app. `loopback`: a native app on this machine (RFC 8252 §7.3). `private`: its own scheme (§7.1). */
export type RedirectUriKind = "https" | "loopback" | "private";

/** The characters of RFC 3986 without the fragment's `#` and without `*`, so that there are no wildcards. */
const URI_CHARACTERS = /^[\w\-.~:/?[\]@!$&'()+,;=%]{1,2000}$/;

/** RFC 8252 §7.1: a domain name in reverse. Schemes without a dot, such as `javascript:`, belong to others. */
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/;

const LOOPBACK_HOSTS = ["127.0.0.1", "[::1]", "localhost"];

/** A loopback redirect URI: its host, its port, and the rest, which is compared exactly. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?([/?].*)?$/;

/** The kind of a redirect URI, or null if it may not be registered (RFC 9700 §4.1, RFC 6749 §3.1.2). */
export function redirectUriKind(text: string): RedirectUriKind | null {
  const url = URI_CHARACTERS.test(text) ? URL.parse(text) : null;
  if (url === null || url.username !== "" || url.password !== "" || hasUserinfo(text)) return null;
  if (url.protocol === "https:") return isWrittenOut(text, url) ? "https" : null;
  if (url.protocol === "http:")
    return LOOPBACK_HOSTS.includes(url.hostname) && isWrittenOut(text, url) ? "loopback" : null;
  return PRIVATE_SCHEME.test(url.protocol) ? "private" : null;
}

/** The URL parser drops an empty userinfo, so that `https://@host` has none. */
const hasUserinfo = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/[^/?]*@/i.test(text);

/**
 * Browsers repair URLs: `https:/host` and `HTTPS:host` lead to the host, too. Only the spelling that every parser reads
 * in the same way is registered.
 */
function isWrittenOut(text: string, { protocol, host }: URL): boolean {
  const authority = new RegExp(`^${protocol}//([^/?]+)`).exec(text)?.[1];
  const port = protocol === "https:" ? ":443" : ":80";
  return authority !== undefined && (authority === host || authority === host + port);
}

/** Whether the text is an https URL without userinfo and fragment: a page, a logo or a key set of the client. */
export const isHttpsUrl = (text: string): boolean => redirectUriKind(text) === "https";

/** Whether the redirect goes to a server on the user's device, which any program there may be. */
export function isLoopback(redirectUri: string): boolean {
  const { protocol = "", hostname = "" } = URL.parse(redirectUri) ?? {};
  const isThisDevice = LOOPBACK_HOSTS.includes(hostname) || /^127\.|\.localhost$/.test(hostname);
  return /^https?:$/.test(protocol) && isThisDevice;
}

/**
 * Whether a requested redirect URI is a registered one: the same characters (RFC 9700 §4.1.3). Only the port of a
 * loopback host is free (RFC 8252 §7.3). That includes `localhost` (docs/decisions/038).
 */
export function matchesRedirectUri(registered: readonly string[], requested: string): boolean {
  const kind = redirectUriKind(requested);
  if (kind === null) return false;
  if (registered.includes(requested)) return true;
  const [, host, port, rest] = (kind === "loopback" && LOOPBACK.exec(requested)) || [];
  if (host === undefined || port === "0") return false;
  return registered.some((uri) => {
    const match = LOOPBACK.exec(uri);
    return match !== null && match[1] === host && match[3] === rest;
  });
}

/** RFC 8252 §8.6: only an https redirect to another host proves which client receives the code, so only it needs no page. */
export const allowsSilentConsent = (redirectUri: string): boolean =>
  isHttpsUrl(redirectUri) && !isLoopback(redirectUri);

/**
 * The receiver of the codes, which a consent is remembered for: the host without the free port, or the private scheme. An
 * app on the device receives what a private scheme leads to, and its URL may name any host.
 */
export function redirectHostOf(redirectUri: string): string {
  const url = new URL(redirectUri);
  if (isLoopback(redirectUri)) return url.hostname;
  return /^https?:$/.test(url.protocol) ? url.host : url.protocol.slice(0, -1);
}
