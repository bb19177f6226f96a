import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { FieldProblem } from "../../core/error-codes.ts";
import { errorTable } from "../../http/error-table.ts";
import { refuse, retryAfterOf } from "../../http/respond.ts";
import { MISSING_REFRESH_TOKEN } from "../../sessions/fields.ts";
import { type SocialFailure, socialErrorMessages, socialErrors } from "./errors.ts";

/** Renders a page with one message. A parameter, since routes do not import pages. */
export type RenderMessage = (
  c: Context,
  message: {
    readonly title: string;
    readonly text: string;
    readonly status: ContentfulStatusCode;
    readonly retryAfter: number | undefined;
  },
) => Response | Promise<Response>;

const FIELDS: { readonly [R in SocialFailure["reason"]]?: FieldProblem } = {
  return_url_refused: { path: "returnTo", message: "Is not allowed." },
  challenge_missing: { path: "codeChallenge", message: "Is required." },
  password_missing: { path: "password", message: "Is required." },
  refresh_token_missing: MISSING_REFRESH_TOKEN,
};

/** The JSON response for a failure. */
export function refuseSocialLogin(c: Context, failure: SocialFailure): Response {
  const { reason } = failure;
  const field = FIELDS[reason];
  const fields = field && [field];
  const message = socialErrorMessages[reason];
  return refuse(c, socialErrors[reason], { message, fields, retryAfter: retryAfterIn(failure) });
}

/** The response for a failure of a redirect: a page for a browser, JSON for other clients. */
export function renderSocialFailure(c: Context, failure: SocialFailure, renderMessage: RenderMessage) {
  if (!c.req.header("Accept")?.includes("text/html")) return refuseSocialLogin(c, failure);
  const [status, defaultMessage] = errorTable[socialErrors[failure.reason]];
  const text = socialErrorMessages[failure.reason] ?? defaultMessage;
  const retryAfter = retryAfterOf(status, retryAfterIn(failure));
  return renderMessage(c, { title: "You are not signed in", text, status, retryAfter });
}

const retryAfterIn = (failure: SocialFailure) => ("retryAfter" in failure ? failure.retryAfter : undefined);
