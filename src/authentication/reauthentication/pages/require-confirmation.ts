import type { Clock } from "../../../core/clock.ts";
import type { PageContext } from "../../../ui/page.ts";
import {
  type ReadReauthenticationOptionsDeps,
  readReauthenticationOptions,
} from "../read-reauthentication-options.ts";
import { isRecentlyAuthenticated } from "../rules.ts";
import { CONFIRMATION_PAGE, writeConfirmation } from "./confirmation-cookie.ts";

export type RequireConfirmationDeps = ReadReauthenticationOptionsDeps & { readonly clock: Clock };

/**
 * For the pages of sensitive changes: redirects to the confirmation if the user has not signed in recently and the password
 * is not enough, or the account has none. Null if the page may be shown; it asks for the password itself.
 */
export async function requireConfirmation(
  c: PageContext,
  deps: RequireConfirmationDeps,
): Promise<Response | null> {
  const { session } = c.var;
  if (isRecentlyAuthenticated(session, deps.clock.now())) return null;
  const { methods } = await readReauthenticationOptions(deps, session);
  return methods.includes("password") ? null : redirectToConfirmation(c, deps);
}

/** Redirects to the confirmation, which leads back to the page of this request. */
export function redirectToConfirmation(
  c: PageContext,
  { clock }: { readonly clock: Clock },
  challengeId = "",
): Response {
  writeConfirmation(c, { page: c.req.path, challengeId }, clock);
  return c.redirect(CONFIRMATION_PAGE, 303);
}
