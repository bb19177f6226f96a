/**
 * Special-use and private names (RFC 6761, RFC 6762, RFC 7686, RFC 8375, and names that networks use for themselves).
 * A public client has none of them.
 */
const SPECIAL_USE = [
  "localhost",
  "local",
  "localdomain",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "test",
  "invalid",
  "example",
  "onion",
  "arpa",
  "alt",
];

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether the text is a public host name, in the form that the URL parser writes: no IP literal and no special-use name. */
export function isPublicHost(host: string): boolean {
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (host.length > 253 || labels.length < 2 || !labels.every((label) => LABEL.test(label))) return false;
  // A numeric last label makes it an IPv4 address (WHATWG URL §3.5).
  return !SPECIAL_USE.includes(last) && !/^(?:\d+|0x[0-9a-f]*)$/.test(last);
}

/** Whether the text is host and port of this machine, such as `127.0.0.1:4321`. For development only. */
export const isLoopbackOrigin = (host: string): boolean =>
  /^(?:127\.0\.0\.1|\[::1\]|localhost):\d{1,5}$/.test(host);

/**
 * Whether the service may send a request to a URI that a client has registered (server-side request forgery): https to a
 * public host, in development also to this machine.
 */
export function mayBeCalled(uri: string, allowsLoopback: boolean): boolean {
  const url = URL.parse(uri);
  if (url === null || url.username !== "" || url.password !== "") return false;
  if (allowsLoopback && isLoopbackOrigin(url.host)) return true;
  return url.protocol === "https:" && isPublicHost(url.hostname);
}
