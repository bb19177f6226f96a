import type { FailureCode } from "../kernel/failure-codes.ts";
import { fill } from "../kernel/text.ts";
import { inSeconds } from "./moments.tsx";
import type { PageContext, Refusal } from "./page.ts";
import { wordsOf } from "./show-page.tsx";

type Failure = { readonly reason: string; readonly retryAfter?: number };

/** A verb's failure as a page says it: its code, and a sentence in the reader's language. */
export function refusalOf(
  c: PageContext,
  code: FailureCode,
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
