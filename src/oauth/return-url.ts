type Allowed = {
  /** The service's own origin: every path of it. */
  readonly publicUrl: string;
  /** Whole URLs, as the URL parser writes them. */
  readonly allowedReturnUrls: readonly string[];
};

/** Visible ASCII without a backslash: what browsers and parsers read alike, and no header can break on. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;

/** Of this service, pages alone: a sign-in's way on must not set off what a request of ours does, a link least of all. */
const NO_PAGE = /^\/(api\b|[^/]*%)/i;

/**
 * Where a sign-in may lead: a path of this service, or a URL of the list, exactly. What comes back is
 * the parsed form, whole, so that nothing reads it a second time in another way (RFC 9700 §4.11).
 */
export function judgeReturnUrl(typed: string, { publicUrl, allowedReturnUrls }: Allowed): string | null {
  if (!PLAIN.test(typed)) return null;
  // "//host" is a host, whatever it looks like.
  const isPath = typed.startsWith("/") && !typed.startsWith("//");
  const url = URL.parse(typed, isPath ? publicUrl : undefined);
  if (url?.username !== "" || url.password !== "" || url.hash !== "") return null;
  const isOwnPage = url.origin === publicUrl && !NO_PAGE.test(url.pathname);
  return isOwnPage || allowedReturnUrls.includes(url.href) ? url.href : null;
}
