import { ownPagePath } from "../core/own-page-path.ts";

/** The page of this service that follows the sign-in: its path with its query, as `ownPagePath` returns it. */
export type ReturnTarget = string;

type Settings = { readonly publicUrl: string };

/** Reads the return target of a query string. Null, also for an invalid one, stands for the account page. */
export function readReturnTarget(query: URLSearchParams, { publicUrl }: Settings): ReturnTarget | null {
  const requested = query.get("returnTo");
  return requested === null ? null : ownPagePath(requested, publicUrl);
}

/** The path with the return target in its query string, if there is one. */
export const withReturnTarget = (path: string, returnTarget: ReturnTarget | null): string =>
  returnTarget === null
    ? path
    : `${path}${path.includes("?") ? "&" : "?"}returnTo=${encodeURIComponent(returnTarget)}`;
