/** Visible ASCII without a backslash: browsers and URL parsers agree on it, and it cannot split a header. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;

/** Paths of this service that are no pages. A redirect to the API could trigger an action such as a link. */
const NO_PAGE = /^\/(api\b|[^/]*%)/i;

/**
 * The path and the query of a page of this service, as the URL parser serializes them, so that no later parser can read
 * the input differently (RFC 9700 §4.11). Null if the input is not such a page. The result names no host: it also works
 * where the browser reaches this service under another name than PUBLIC_URL.
 */
export function ownPagePath(input: string, publicUrl: string): string | null {
  if (!PLAIN.test(input)) return null;
  // "//host" is a URL of another host, not a path. The parser makes one of "/.//host".
  const isPath = input.startsWith("/") && !input.startsWith("//");
  const url = URL.parse(input, isPath ? publicUrl : undefined);
  if (url?.username !== "" || url.password !== "" || url.hash !== "") return null;
  const { origin, pathname, search } = url;
  if (origin !== publicUrl || pathname.startsWith("//") || NO_PAGE.test(pathname)) return null;
  return pathname + search;
}
