import type { ApiKey, AuthServiceBinding, VerifyApiKeyResult } from "./auth-service.ts";
import { callService } from "./call-service.ts";
import { requireBinding } from "./require-binding.ts";
import { ROLES } from "./session.ts";

/** The prefix of every API key. */
const PREFIX = "gth_";

/** Whether a credential is an API key. It may be no valid one. */
export const isApiKey = (credential: string): boolean => credential.startsWith(PREFIX);

export type KeyVerifierOptions = {
  /** The service binding to `AuthService`, such as `env.AUTH`. */
  readonly binding: Pick<AuthServiceBinding, "verifyApiKey">;
  /** Omit it if the binding's props name the audience, or if the service has one resource. */
  readonly audience?: string;
};

/** Verifies API keys of users. Does not throw when Gatehouse is unreachable. */
export type KeyVerifier = {
  /** `scopes`: those that the key must have. */
  verify(key: string, options?: { readonly scopes?: readonly string[] }): Promise<VerifyApiKeyResult>;
};

/** Creates a verifier of API keys over a service binding. An outage is `unavailable`, never a key. */
export function createKeyVerifier({ binding, audience }: KeyVerifierOptions): KeyVerifier {
  requireBinding(binding);
  return {
    async verify(key, { scopes } = {}) {
      const options = { ...(audience === undefined ? {} : { audience }), ...(scopes ? { scopes } : {}) };
      const answer = await callService(
        () => binding.verifyApiKey(key, options),
        (success) => isKey(success.key),
      );
      return answer.ok ? { ok: true, key: answer.key } : { ok: false, reason: answer.reason };
    },
  };
}

/** Checks the type of each member: TypeScript cannot check a value that arrives at run time. */
function isKey(given: unknown): given is ApiKey {
  const key = given as ApiKey | null | undefined;
  const { id, name, userId, resource, email, userName, scopes, role, emailVerified, expiresAt } = key ?? {};
  return (
    [id, name, userId, resource, email, userName].every((text) => typeof text === "string") &&
    Array.isArray(scopes) &&
    ROLES.some((known) => known === role) &&
    typeof emailVerified === "boolean" &&
    (expiresAt === null || Number.isFinite(expiresAt))
  );
}
