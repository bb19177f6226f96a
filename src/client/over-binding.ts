import { ask } from "./ask.ts";
import type { AuthServiceBinding } from "./auth-service.ts";
import { requireBinding } from "./require-binding.ts";
import { isSession } from "./session.ts";
import type { StrictVerifier } from "./verifier.ts";

export type OverBinding = {
  /** The service binding to `AuthService`, such as `env.AUTH`. */
  readonly binding: Pick<AuthServiceBinding, "verifyToken">;
  /** Left out where the binding's props name it, or it is the service's default. */
  readonly audience?: string;
};

/** Asks Gatehouse over a service binding. What keeps it from answering is `unavailable`, and never a session. */
export function overBinding({ binding, audience }: OverBinding): StrictVerifier {
  requireBinding(binding);
  return {
    canBeStrict: true,
    async verify(token, { strict = false } = {}) {
      const options = audience === undefined ? { strict } : { strict, audience };
      const answer = await ask(
        () => binding.verifyToken(token, options),
        ({ session }) => isSession(session),
      );
      return answer.ok ? { ok: true, session: answer.session } : { ok: false, reason: answer.reason };
    },
  };
}
