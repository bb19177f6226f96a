import type { AuthServiceBinding } from "./auth-service.ts";
import type { VerifyResult } from "./session.ts";
import type { StrictVerifier } from "./verifier.ts";

/** Milliseconds: a strict answer takes tens of them. */
const PATIENCE = 5000;

export type OverBinding = {
  /** The service binding to `AuthService`, such as `env.AUTH`. */
  readonly binding: Pick<AuthServiceBinding, "verifyToken">;
  /** Left out where the binding's props name it, or it is the service's default. */
  readonly audience?: string;
};

/**
 * Asks Gatehouse over a service binding. Whatever keeps it from answering (it is not deployed, it throws,
 * it takes too long, it is something else) is `unavailable`, and never a session.
 */
export const overBinding = ({ binding, audience }: OverBinding): StrictVerifier => ({
  canBeStrict: true,
  async verify(token, { strict = false } = {}) {
    const options = audience === undefined ? { strict } : { strict, audience };
    try {
      return readAnswer(await orTooLate(binding.verifyToken(token, options)));
    } catch {
      return UNAVAILABLE;
    }
  },
});

const orTooLate = <T>(answer: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), PATIENCE);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });

const UNAVAILABLE = { ok: false, reason: "unavailable" } as const;

/** What came back, if it is an answer to this question: the binding may be to something else. */
function readAnswer(answer: VerifyResult | null): VerifyResult {
  if (answer?.ok === true && typeof answer.session?.userId === "string") {
    return { ok: true, session: answer.session };
  }
  if (answer?.ok === false && typeof answer.reason === "string") return { ok: false, reason: answer.reason };
  return UNAVAILABLE;
}
