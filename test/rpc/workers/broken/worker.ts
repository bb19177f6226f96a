import { WorkerEntrypoint } from "cloudflare:workers";

/** What each token gets from a service that is not well. */
const MISFORTUNES: Record<string, () => unknown> = {
  throws: () => {
    throw new Error("Service is down");
  },
  hangs: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  "says nothing": () => undefined,
  "says yes": () => true,
  "says ok alone": () => ({ ok: true }),
  "says ok with somebody else's session": () => ({ ok: true, session: { user: "ada" } }),
};

export class AuthService extends WorkerEntrypoint {
  verifyToken(token: string): unknown {
    return MISFORTUNES[token]?.();
  }
}

export default { fetch: () => new Response("broken") };
