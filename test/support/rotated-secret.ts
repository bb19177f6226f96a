import { env } from "cloudflare:workers";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { createTestClock, type Service, startService } from "./service.ts";

export const OLD_SECRET: string = Reflect.get(env, "AUTH_SECRET");
export const NEW_SECRET = "the root secret that replaces it, 32 bytes";

/** The deployments of a rotation, in this order: docs/rotation.md. */
const deployments = {
  before: { AUTH_SECRET: OLD_SECRET },
  announced: { AUTH_SECRET: OLD_SECRET, AUTH_SECRET_PREVIOUS: NEW_SECRET },
  switched: { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: OLD_SECRET },
  after: { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: undefined },
};

type Deployment = keyof typeof deployments;

/** A service whose secrets change while clients use it. `service` is the last deployed one. */
export function startRotatingService(variables: Record<string, unknown> = {}) {
  const clock = createTestClock();
  const at = Object.fromEntries(
    Object.entries(deployments).map(([name, secrets]) => [
      name,
      startService({ clock, env: { ...variables, ...secrets } }),
    ]),
  ) as Record<Deployment, Service>;
  const service: Service = { ...at.before };
  return { clock, at, service, deploy: (name: Deployment) => void Object.assign(service, at[name]) };
}

/** The public key id of a secret. */
export const secretIdOf = async (secret: string): Promise<string> =>
  (await createSecretRing(secret)).current.id;
