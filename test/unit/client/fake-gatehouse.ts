import type { AuthServiceBinding } from "../../../src/client/auth-service.ts";
import type { VerifiedSession } from "../../../src/client/session.ts";

export const PAGES = "https://auth.example.com";
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

/** A token response. The number distinguishes one pair of tokens from the next. */
export const tokens = (number: number) => ({
  token: `access-${number}`,
  tokenType: "Bearer",
  expiresIn: 900,
  refreshToken: `refresh-${number}`,
  refreshExpiresIn: 604_800,
});

type Method = "verifyToken" | "refreshSession" | "exchangeCode" | "signOut";

/**
 * A fake of the service at the other end of a binding. It accepts `access-…`, `refresh-…` and the code `code`.
 * A test replaces a method with `does.signOut = () => …`.
 */
export function openFakeGatehouse() {
  const calls: [Method, ...unknown[]][] = [];
  const does: Record<Method, (...given: never[]) => unknown> = {
    verifyToken: (token: string) =>
      token.startsWith("access-") ? { ok: true, session: SESSION } : { ok: false, reason: "token_expired" },
    refreshSession: ({ refreshToken }: { refreshToken: string }) =>
      refreshToken.startsWith("refresh-")
        ? { ok: true, sessionId: "s", ...tokens(2) }
        : { ok: false, reason: "refresh_invalid" },
    exchangeCode: ({ code }: { code: string }) =>
      code === "code" ? { ok: true, ...tokens(1) } : { ok: false, reason: "code_invalid" },
    signOut: () => ({ ok: true }),
  };
  const method =
    (name: Method) =>
    async (...given: unknown[]) => {
      calls.push([name, ...given]);
      return does[name](...(given as never[]));
    };
  const binding = Object.fromEntries((Object.keys(does) as Method[]).map((name) => [name, method(name)]));
  return { calls, does, binding: binding as unknown as AuthServiceBinding };
}

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
  "returns ok with empty tokens": () => ({ ok: true, ...tokens(1), token: "" }),
  "returns ok with tokens without a lifetime": () => ({
    ok: true,
    ...tokens(1),
    refreshExpiresIn: Number.NaN,
  }),
  "returns ok with expired tokens": () => ({ ok: true, ...tokens(1), expiresIn: 0 }),
  "returns a failure without a reason": () => ({ ok: false }),
  "is unavailable": () => ({ ok: false, reason: "unavailable" }),
};
