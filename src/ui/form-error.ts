import type { ErrorCode } from "../core/error-codes.ts";
import { fill } from "../core/text.ts";
import type { PageContext, Refusal } from "./page.ts";
import { inSeconds } from "./relative-time.tsx";
import { wordsOf } from "./render-page.tsx";

type Failure = { readonly reason: string; readonly retryAfter?: number };

/** A verb's failure as a page says it: its code, and a sentence in the reader's language. */
export function refusalOf(
  c: PageContext,
  code: ErrorCode,
  failure?: Failure,
  sentence: string = wordsOf(c).failures[code],
): Refusal {
  const retryAfter = failure?.retryAfter;
  const when = retryAfter === undefined ? "" : ` ${waitFor(c, retryAfter)}`;
  const asksCaptcha = code === "captcha_required" || code === "captcha_failed";
  return { code, alert: sentence + when, retryAfter, asksCaptcha };
}

const waitFor = (c: PageContext, seconds: number): string =>
  fill(wordsOf(c).tryAgain, { when: inSeconds(c.var.caller.locale, seconds) });
