import type { ExchangeResult } from "../client/auth-service.ts";
import type { ExchangeCodeFailure } from "../oauth/errors.ts";

/** The public result of a failed code exchange. Every fault of the code itself is `code_invalid`. */
export function exchangeFailure(failure: ExchangeCodeFailure): ExchangeResult {
  switch (failure.reason) {
    case "locked":
      return { ok: false, reason: "too_many_attempts", retryAfter: failure.retryAfter };
    case "send_cap":
    case "rate_limited":
      return { ok: false, reason: "rate_limited", retryAfter: failure.retryAfter };
    case "email_not_verified":
    case "account_deactivated":
      return { ok: false, reason: failure.reason };
    case "authorization_code_invalid":
    case "changed_meanwhile":
      return { ok: false, reason: "code_invalid" };
  }
}
