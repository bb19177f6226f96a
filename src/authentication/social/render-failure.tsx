import type { Context } from "hono";
import type { FieldProblem } from "../../core/error-codes.ts";
import type { FailureDetails } from "../../http/failure.ts";
import { refuse } from "../../http/respond.ts";
import type { PageProps } from "../../ui/page.ts";
import { withReturnTarget } from "../../ui/return-target.ts";
import type { Words } from "../../ui/ui-texts.ts";
import { type RedirectFailure, type SocialFailure, socialErrorMessages, socialErrors } from "./errors.ts";
import { failureText } from "./present-failure.ts";

const FIELDS: { readonly [R in SocialFailure["reason"]]?: FieldProblem } = {
  return_url_refused: { path: "returnTo", message: "Is not allowed." },
  password_missing: { path: "password", message: "Is required." },
};

/** Refuses a request of a client application. */
export const refuseSocialLogin = (c: Context, failure: SocialFailure): Response =>
  refuse(c, socialErrors[failure.reason], detailsOf(failure));

/**
 * Refuses a redirect to or from a provider, which a browser follows: its user gets a page in their language. It leads to
 * the sign-in page, which keeps the return target, or back to the page that links identities.
 */
export function refuseRedirect(c: Context, failure: RedirectFailure, provider?: string): Response {
  const { reason, returnTo, isSignIn = true } = failure;
  const code = socialErrors[reason];
  const more = (p: PageProps) => (
    <p>
      {isSignIn ? (
        <a href={withReturnTarget("/sign-in", returnTo ?? null)}>{p.t.signIn.submit}</a>
      ) : (
        <a href={returnTo}>{p.t.linked.title}</a>
      )}
    </p>
  );
  const page = (t: Words) => ({
    title: isSignIn ? t.social.notSignedIn : t.social.notLinked,
    text: failureText(t, failure, provider),
    more,
  });
  return refuse(c, code, { ...detailsOf(failure), page });
}

function detailsOf(failure: SocialFailure): FailureDetails {
  const { reason } = failure;
  const field = FIELDS[reason];
  return {
    message: socialErrorMessages[reason],
    fields: field && [field],
    retryAfter: "retryAfter" in failure ? failure.retryAfter : undefined,
  };
}
