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
 * For the pages of sensitive changes: redirects to the confirmation if the account has a second factor and the user has
 * not signed in recently. Null if the page may be shown.
 */
export async function requireConfirmation(
  c: PageContext,
  deps: RequireConfirmationDeps,
): Promise<Response | null> {
  const { session } = c.var;
  if (isRecentlyAuthenticated(session, deps.clock.now())) return null;
  const { secondFactorDue } = await readReauthenticationOptions(deps, session);
  return secondFactorDue ? redirectToConfirmation(c, deps) : null;
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
