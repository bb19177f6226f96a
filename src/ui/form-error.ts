import type { ErrorCode } from "../core/error-codes.ts";
import { fill } from "../core/text.ts";
import type { FormFailure, PageContext } from "./page.ts";
import { inSeconds } from "./relative-time.tsx";
import { wordsOf } from "./render-page.tsx";

type Failure = { readonly reason: string; readonly retryAfter?: number };

/** Turns a use case's failure into what the page shows: the error code and a localized sentence. */
export function formFailure(
  c: PageContext,
  code: ErrorCode,
  failure?: Failure,
  sentence: string = wordsOf(c).failures[code],
): FormFailure {
  const retryAfter = failure?.retryAfter;
  const hint = retryAfter === undefined ? "" : ` ${tryAgainText(c, retryAfter)}`;
  const requiresCaptcha = code === "captcha_required" || code === "captcha_failed";
  return { code, alert: sentence + hint, retryAfter, requiresCaptcha };
}

const tryAgainText = (c: PageContext, seconds: number): string =>
  fill(wordsOf(c).tryAgain, { when: inSeconds(c.var.caller.locale, seconds) });
