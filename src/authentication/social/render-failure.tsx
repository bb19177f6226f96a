import type { Context } from "hono";
import type { FieldProblem } from "../../core/error-codes.ts";
import { errorTable } from "../../http/error-table.ts";
import type { FailureDetails } from "../../http/failure.ts";
import { refuse } from "../../http/respond.ts";
import type { PageProps } from "../../ui/page.ts";
import { withReturnTarget } from "../../ui/return-target.ts";
import { type SocialFailure, socialErrorMessages, socialErrors } from "./errors.ts";
import type { CallbackFailure } from "./handle-callback.ts";

const FIELDS: { readonly [R in SocialFailure["reason"]]?: FieldProblem } = {
  return_url_refused: { path: "returnTo", message: "Is not allowed." },
  password_missing: { path: "password", message: "Is required." },
};

/** Refuses a request of a client application. */
export const refuseSocialLogin = (c: Context, failure: SocialFailure): Response =>
  refuse(c, socialErrors[failure.reason], detailsOf(failure));

/**
 * Refuses a redirect to or from a provider, which a browser follows: its user gets a page. It leads to the sign-in page,
 * which keeps the return target.
 */
export function refuseRedirect(c: Context, failure: CallbackFailure): Response {
  const code = socialErrors[failure.reason];
  const text = socialErrorMessages[failure.reason] ?? errorTable[code][1];
  const { returnTo } = failure;
  const more = (p: PageProps) => (
    <p>
      <a href={withReturnTarget("/sign-in", returnTo ?? null)}>{p.t.signIn.submit}</a>
    </p>
  );
  const page = { title: "You are not signed in", text, ...(returnTo === undefined ? {} : { more }) };
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
