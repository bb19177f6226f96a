import type { PageContext } from "../../../ui/page.ts";
import { redirectToConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { isRecentlyAuthenticated, mayEnrolFirstFactor } from "../../reauthentication/rules.ts";

type Deps = { readonly clock: { now(): number } };

/** Redirects to the confirmation, unless the session is recently authenticated. Null if the change may be made. */
export const requireRecentAuthentication = (c: PageContext, deps: Deps): Response | null =>
  isRecentlyAuthenticated(c.var.session, deps.clock.now()) ? null : redirectToConfirmation(c, deps);

/** The same for a page that enrols a factor, which the session may not do after the password alone. */
export const requireEnrolment = (c: PageContext, deps: Deps): Response | null =>
  mayEnrolFirstFactor(c.var.session) ? requireRecentAuthentication(c, deps) : redirectToConfirmation(c, deps);
