import type { Clock } from "../../../core/clock.ts";
import type { SecretRing } from "../../../core/crypto/secret-ring.ts";
import type { PageContext } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import type { ClientRedirect } from "../redirect-url.ts";
import { type Forwarding, sealedRedirectPath } from "../sealed-redirect.ts";

type Deps = { readonly secrets: SecretRing; readonly clock: Clock };

/**
 * Leads to a client: by a page of this service after a form, since `form-action` applies to its redirects, and where the
 * user must click first. `sessionId`: the session of the browser.
 */
export async function leaveToClient(
  c: PageContext,
  { secrets, clock }: Deps,
  { url, how }: ClientRedirect,
  sessionId: string | null,
): Promise<Response> {
  if (how !== "manual" && c.req.method !== "POST") return c.redirect(url, 303);
  const forwarding = forwardingOf(how, sessionId);
  return redirectWithFlash(c, await sealedRedirectPath(secrets, { url, forwarding }, clock.now()));
}

function forwardingOf(how: ClientRedirect["how"], sessionId: string | null): Forwarding {
  if (how === "direct") return "always";
  return how === "manual" || sessionId === null ? "never" : { sessionId };
}
