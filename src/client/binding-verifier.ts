import type { AuthServiceBinding } from "./auth-service.ts";
import { callService } from "./call-service.ts";
import { recencyOptions } from "./recency.ts";
import { requireBinding } from "./require-binding.ts";
import { isSession } from "./session.ts";
import type { StrictVerifier } from "./verifier.ts";

export type OverBinding = {
  /** The service binding to `AuthService`, such as `env.AUTH`. */
  readonly binding: Pick<AuthServiceBinding, "verifyToken">;
  /**
   * The URI or the alias of one of RESOURCES. Omit it if the binding's props name it, or for tokens of Gatehouse's own
   * API.
   */
  readonly audience?: string;
};

/** Verifies by calling Gatehouse over a service binding. An outage is `unavailable`, never a session. */
export function overBinding({ binding, audience }: OverBinding): StrictVerifier {
  requireBinding(binding);
  return {
    canBeStrict: true,
    async verify(token, { strict = false, ...recency } = {}) {
      const options = { strict, ...recencyOptions(recency), ...(audience === undefined ? {} : { audience }) };
      const answer = await callService(
        () => binding.verifyToken(token, options),
        ({ session }) => isSession(session),
      );
      return answer.ok ? { ok: true, session: answer.session } : { ok: false, reason: answer.reason };
    },
  };
}
