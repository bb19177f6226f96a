import { judgeReturnUrl } from "../login-codes/return-url.ts";
import type { PageContext } from "./page.ts";

type Settings = { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };

/** Where to go after signing in, as the query asks and the rules allow; whole, so that nothing reads it in another way. */
export function returnToOf(c: PageContext, settings: Settings): string | null {
  const asked = c.req.query("returnTo");
  return asked === undefined ? null : judgeReturnUrl(asked, settings);
}

/** A page's address, with the place to return to, if there is one. */
export const withReturnTo = (path: string, returnTo: string | null): string =>
  returnTo === null ? path : `${path}?returnTo=${encodeURIComponent(returnTo)}`;
