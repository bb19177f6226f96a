import { WorkerEntrypoint } from "cloudflare:workers";

/** Outages by name. A test sends the name in place of a token. */
const OUTAGES: Record<string, () => unknown> = {
  throws: () => {
    throw new Error("Service is down");
  },
  hangs: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  "returns undefined": () => undefined,
  "returns true": () => true,
  "returns ok without data": () => ({ ok: true }),
  "returns another service's session": () => ({ ok: true, session: { user: "ada" } }),
};

export class AuthService extends WorkerEntrypoint {
  verifyToken(token: string): unknown {
    return OUTAGES[token]?.();
  }
}

export default { fetch: () => new Response("broken") };
