import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { FieldProblem } from "../../core/error-codes.ts";
import { errorTable } from "../../http/error-table.ts";
import { refuse, retryAfterOf } from "../../http/respond.ts";
import { NO_REFRESH_TOKEN } from "../../sessions/fields.ts";
import { socialErrorMessages, socialErrors } from "./errors.ts";
import type { SocialFailure } from "./social-failure.ts";

/** How a page that says one thing is shown; the pages are above this room. */
export type RenderMessage = (
  c: Context,
  note: {
    readonly title: string;
    readonly text: string;
    readonly status: ContentfulStatusCode;
    readonly retryAfter: number | undefined;
  },
) => Response | Promise<Response>;

const FIELDS: { readonly [R in SocialFailure["reason"]]?: FieldProblem } = {
  return_url_refused: { path: "returnTo", message: "Is not allowed." },
  challenge_missing: { path: "codeChallenge", message: "Must be there." },
  password_missing: { path: "password", message: "Must be there." },
  refresh_token_missing: NO_REFRESH_TOKEN,
};

/** A failure as the API says it. */
export function refuseSocialLogin(c: Context, failure: SocialFailure): Response {
  const { reason } = failure;
  const field = FIELDS[reason];
  const fields = field && [field];
  const message = socialErrorMessages[reason];
  return refuse(c, socialErrors[reason], { message, fields, retryAfter: waitOf(failure) });
}

/** The same to somebody whose browser was sent here: a page, since nothing else will show it to them. */
export function renderSocialFailure(c: Context, failure: SocialFailure, renderMessage: RenderMessage) {
  if (!c.req.header("Accept")?.includes("text/html")) return refuseSocialLogin(c, failure);
  const [status, sentence] = errorTable[socialErrors[failure.reason]];
  const text = socialErrorMessages[failure.reason] ?? sentence;
  const retryAfter = retryAfterOf(status, waitOf(failure));
  return renderMessage(c, { title: "You are not signed in", text, status, retryAfter });
}

const waitOf = (failure: SocialFailure) => ("retryAfter" in failure ? failure.retryAfter : undefined);
