import { fromBase64url, toBase64url, utf8 } from "../kernel/crypto/encoding.ts";
import type { PageContext } from "./page.ts";
import { wayCookie } from "./page-cookies.ts";
import { queryOf, readWayOn, type Settings, type WayOn } from "./way-on.ts";

/** For the mailed link that comes next; without a way, an earlier one is forgotten. */
export function keepWayOn(c: PageContext, way: WayOn | null): void {
  if (way) wayCookie.write(c, toBase64url(utf8(queryOf(way))));
  else wayCookie.clear(c);
}

/** The way on from a mailed link: as its address says, or as this browser kept it, judged once more. */
export function wayOnFromMail(c: PageContext, settings: Settings): WayOn | null {
  if (c.var.wayOn) return c.var.wayOn;
  const kept = fromBase64url(wayCookie.read(c) ?? "");
  const way = kept && readWayOn(new URLSearchParams(new TextDecoder().decode(kept)), settings);
  return way === "malformed" ? null : way;
}
