import { fromBase64url, toBase64url, utf8 } from "../core/crypto/encoding.ts";
import { ownPagePath } from "../core/own-page-path.ts";
import type { PageContext } from "./page.ts";
import { returnTargetCookie } from "./page-cookies.ts";
import type { ReturnTarget } from "./return-target.ts";

/** Browsers drop a longer cookie (RFC 6265 §6.1), and would keep an earlier one. */
const MAX_LENGTH = 3900;

/** Keeps the return target until the user opens a mailed link. Null, or a very long one, removes an earlier one. */
export function setPendingRedirectCookie(c: PageContext, returnTarget: ReturnTarget | null): void {
  const value = returnTarget === null ? "" : toBase64url(utf8(returnTarget));
  if (value !== "" && value.length <= MAX_LENGTH) returnTargetCookie.write(c, value);
  else returnTargetCookie.clear(c);
}

/** The return target of a mailed link: from its query string, or from the cookie, which is validated again. */
export function readPendingRedirectCookie(
  c: PageContext,
  { publicUrl }: { readonly publicUrl: string },
): ReturnTarget | null {
  if (c.var.returnTarget) return c.var.returnTarget;
  const kept = fromBase64url(returnTargetCookie.read(c) ?? "");
  return kept && ownPagePath(new TextDecoder().decode(kept), publicUrl);
}
