import type { PageContext } from "../../../ui/page.ts";
import { redirectToConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { mayEnrol } from "../enrolment-rules.ts";

/** For a page that enrols a factor: redirects to the confirmation, unless the session may enrol one. Null if it may. */
export const requireEnrolment = (
  c: PageContext,
  deps: { readonly clock: { now(): number } },
): Response | null => (mayEnrol(c.var.session, deps.clock.now()) ? null : redirectToConfirmation(c, deps));
