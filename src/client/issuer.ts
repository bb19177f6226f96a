/** Hosts that plain http is allowed for: the developer's machine. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether the URL is http on loopback. */
export const isLoopbackHttp = (url: URL): boolean => url.protocol === "http:" && LOOPBACK.has(url.hostname);

/** The issuer must be written as the URL parser writes an origin, since it is compared with a claim as text. */
export function isValidIssuer(issuer: string): boolean {
  const url = URL.parse(issuer);
  if (url === null || url.origin !== issuer) return false;
  return url.protocol === "https:" || isLoopbackHttp(url);
}

/** Throws a TypeError for an issuer that is not an https origin (or http on loopback). */
export function requireIssuer(issuer: string): void {
  if (!isValidIssuer(issuer)) throw new TypeError("issuer must be an https origin without a path");
}

/** The key set of Gatehouse. */
export const keySetUrl = (issuer: string): string => `${issuer}/.well-known/jwks.json`;
