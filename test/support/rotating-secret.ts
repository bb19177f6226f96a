import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { openBrowser } from "./browser.ts";
import { createRpcCaller } from "./rpc.ts";
import { createTestClock, type Service, startService } from "./service.ts";
import { PASSWORD } from "./users.ts";

/** A browser with one session whose requests reach different isolates. */
export function openMixedBrowser(first: Service) {
  const current: Service = { ...first };
  const browser = openBrowser(current);
  let headers: Record<string, string> = {};
  return {
    async signIn(email: string) {
      const body = { email, password: PASSWORD, transport: "cookie" };
      const { data } = (await browser.write("POST", "/login", body)).body;
      headers = { "X-CSRF-Token": data.csrfToken };
    },
    async useAndRefresh(isolate: Service) {
      Object.assign(current, isolate);
      expect((await browser.send("GET", "/me")).status).toBe(200);
      expect((await browser.send("PATCH", "/me", { name: "Grace" }, headers)).status).toBe(200);
      expect((await browser.send("POST", "/refresh", undefined, headers)).status).toBe(200);
    },
  };
}

/** A user's tokens for another Worker, whose RPC calls reach different isolates. */
export function openMixedRpcClient(initial: { readonly token: string; readonly refreshToken: string }) {
  let tokens = initial;
  return {
    async useAndRefresh(isolate: Service) {
      const worker = createRpcCaller(isolate);
      const verified = await worker.call("verifyToken", tokens.token, { audience: "app" });
      expect(verified).toMatchObject({ ok: true });
      const refreshed = await isolate.post("/refresh", { refreshToken: tokens.refreshToken });
      expect(refreshed.status).toBe(200);
      tokens = refreshed.body.data;
    },
  };
}

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
