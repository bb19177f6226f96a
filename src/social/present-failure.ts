import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { failureTable } from "../http/failures.ts";
import { refuse, retryAfterOf } from "../http/respond.ts";
import type { FieldProblem } from "../kernel/failure-codes.ts";
import { NO_REFRESH_TOKEN } from "../sessions/fields.ts";
import { socialFailures, socialSentences } from "./failures.ts";
import type { SocialFailure } from "./social-failure.ts";

/** How a page that says one thing is shown; the pages are above this room. */
export type ShowNote = (
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
export function refuseSocial(c: Context, failure: SocialFailure): Response {
  const { reason } = failure;
  const field = FIELDS[reason];
  const fields = field && [field];
  const message = socialSentences[reason];
  return refuse(c, socialFailures[reason], { message, fields, retryAfter: waitOf(failure) });
}

/** The same to somebody whose browser was sent here: a page, since nothing else will show it to them. */
export function turnAway(c: Context, failure: SocialFailure, showNote: ShowNote) {
  if (!c.req.header("Accept")?.includes("text/html")) return refuseSocial(c, failure);
  const [status, sentence] = failureTable[socialFailures[failure.reason]];
  const text = socialSentences[failure.reason] ?? sentence;
  const retryAfter = retryAfterOf(status, waitOf(failure));
  return showNote(c, { title: "You are not signed in", text, status, retryAfter });
}

const waitOf = (failure: SocialFailure) => ("retryAfter" in failure ? failure.retryAfter : undefined);
