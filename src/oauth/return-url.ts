type AllowedUrls = {
  /** The service's own origin. */
  readonly publicUrl: string;
  /** Complete URLs as the URL parser serializes them. */
  readonly allowedReturnUrls: readonly string[];
};

/** Visible ASCII without a backslash: browsers and URL parsers agree on it, and it cannot split a header. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;

/** Paths of this service that are no pages. A redirect to the API could trigger an action such as a link. */
const NO_PAGE = /^\/(api\b|[^/]*%)/i;

/**
 * Accepts a path of this service or exactly one URL of the list. Returns the serialized URL, so that no later parser
 * can read the input differently (RFC 9700 §4.11); null if it is not allowed.
 */
export function judgeReturnUrl(input: string, { publicUrl, allowedReturnUrls }: AllowedUrls): string | null {
  if (!PLAIN.test(input)) return null;
  // "//host" is a URL of another host, not a path.
  const isPath = input.startsWith("/") && !input.startsWith("//");
  const url = URL.parse(input, isPath ? publicUrl : undefined);
  if (url?.username !== "" || url.password !== "" || url.hash !== "") return null;
  const isOwnPage = url.origin === publicUrl && !NO_PAGE.test(url.pathname);
  return isOwnPage || allowedReturnUrls.includes(url.href) ? url.href : null;
}
