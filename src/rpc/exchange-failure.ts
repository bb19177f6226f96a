import type { ExchangeResult } from "../client/auth-service.ts";
import type { exchangeAuthorizationCode } from "../oauth/exchange-authorization-code.ts";

type Failure = Extract<
  Awaited<ReturnType<typeof exchangeAuthorizationCode>>,
  { readonly ok: false }
>["error"];

/** What a caller may know of it; whatever else is wrong with a code is the code's own trouble. */
export function exchangeFailure(failure: Failure): ExchangeResult {
  switch (failure.reason) {
    case "locked":
      return { ok: false, reason: "too_many_attempts", retryAfter: failure.retryAfter };
    case "send_cap":
      return { ok: false, reason: "rate_limited", retryAfter: failure.retryAfter };
    case "email_not_verified":
    case "account_deactivated":
      return { ok: false, reason: failure.reason };
    default:
      return { ok: false, reason: "code_invalid" };
  }
}
