import { createVerifier } from "../../../src/client/create-verifier.ts";
import type { VerifiedSession, VerifyResult } from "../../../src/client/session.ts";

export const ISSUER = "https://auth.example.com";
export const APP = "https://app.example.com";

export const SESSION: VerifiedSession = {
  userId: "u",
  sessionId: "s",
  audience: "app",
  clientId: "gatehouse",
  scope: [],
  role: "user",
  email: "ada@example.com",
  emailVerified: true,
  name: "Ada",
  amr: ["pwd"],
  acr: "urn:gatehouse:acr:1fa",
  authTime: 0,
  issuedAt: 0,
  expiresAt: 1,
};

/** A token response (RFC 6749 §5.1). The number distinguishes one pair of tokens from the next. */
export const tokens = (number: number) => ({
  access_token: `access-${number}`,
  token_type: "Bearer",
  expires_in: 900,
  refresh_token: `refresh-${number}`,
});

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/oauth/authorize`,
  token_endpoint: `${ISSUER}/oauth/token`,
  revocation_endpoint: `${ISSUER}/oauth/revoke`,
  end_session_endpoint: `${ISSUER}/oauth/logout`,
};

/**
 * A fake of the service for a client whose requests go over `fetch` and whose tokens `verifier` verifies. It accepts
 * `access-…` and `refresh-…`. A test replaces an answer with `does.refresh = () => …`.
 */
export function openFakeGatehouse() {
  const calls: [string, ...unknown[]][] = [];
  const does = {
    verify: (token: string): unknown =>
      token.startsWith("access-") ? { ok: true, session: SESSION } : { ok: false, reason: "token_expired" },
    refresh: (token: string): Response | Promise<Response> =>
      token.startsWith("refresh-")
        ? Response.json(tokens(2))
        : Response.json({ error: "invalid_grant" }, { status: 400 }),
    revoke: (_token: string): Response | Promise<Response> => new Response(),
  };
  const binding = {
    async verifyToken(token: string, options?: object) {
      calls.push(["verify", token, options]);
      return does.verify(token) as VerifyResult;
    },
  };
  async function fetch(url: string, init?: RequestInit): Promise<Response> {
    if (url === `${ISSUER}/.well-known/openid-configuration`) return Response.json(METADATA);
    const form = new URLSearchParams(String(init?.body));
    const [name, token] = url.endsWith("/token")
      ? (["refresh", form.get("refresh_token") ?? ""] as const)
      : (["revoke", form.get("token") ?? ""] as const);
    calls.push([name, token]);
    return does[name](token);
  }
  return { calls, does, binding, fetch, verifier: createVerifier({ binding }) };
}

/** Answers of a token endpoint that is down, or that returns malformed data. */
export const HTTP_OUTAGES: Readonly<Record<string, () => Response | Promise<Response>>> = {
  "refuses the connection": () => Promise.reject(new TypeError("fetch failed")),
  "answers 500": () => new Response("", { status: 500 }),
  "answers 503 in the format of OAuth": () =>
    Response.json({ error: "temporarily_unavailable" }, { status: 503 }),
  "limits the rate": () => Response.json({ error: "slow_down" }, { status: 429 }),
  redirects: () => new Response(null, { status: 302, headers: { Location: "https://evil.example" } }),
  "answers a page": () => new Response("<html>", { headers: { "Content-Type": "text/html" } }),
};

/** Results of a binding whose service is down, is another service, or returns malformed data. */
export const OUTAGES: Readonly<Record<string, () => unknown>> = {
  "is not deployed": () => {
    throw new Error('Worker "gatehouse" not found. Make sure it is running locally.');
  },
  "has no such method": () => {
    throw new TypeError('The RPC receiver does not implement the method "x".');
  },
  "returns undefined": () => undefined,
  "returns true": () => true,
  "returns ok without data": () => ({ ok: true }),
  "returns a failure without a reason": () => ({ ok: false }),
  "is unavailable": () => ({ ok: false, reason: "unavailable" }),
};
