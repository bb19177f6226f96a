import { fromBase64url, toBase64url, utf8 } from "../core/crypto/encoding.ts";
import type { PageContext } from "./page.ts";
import { returnTargetCookie } from "./page-cookies.ts";
import { queryOf, type ReturnTarget, readReturnTarget, type Settings } from "./return-target.ts";

/** For the mailed link that comes next; without a way, an earlier one is forgotten. */
export function setPendingRedirectCookie(c: PageContext, way: ReturnTarget | null): void {
  if (way) returnTargetCookie.write(c, toBase64url(utf8(queryOf(way))));
  else returnTargetCookie.clear(c);
}

/** The way on from a mailed link: as its address says, or as this browser kept it, judged once more. */
export function readPendingRedirectCookie(c: PageContext, settings: Settings): ReturnTarget | null {
  if (c.var.returnTarget) return c.var.returnTarget;
  const kept = fromBase64url(returnTargetCookie.read(c) ?? "");
  const way = kept && readReturnTarget(new URLSearchParams(new TextDecoder().decode(kept)), settings);
  return way === "malformed" ? null : way;
}
