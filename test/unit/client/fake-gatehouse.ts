import type { AuthServiceBinding } from "../../../src/client/auth-service.ts";
import type { VerifiedSession } from "../../../src/client/session.ts";

export const PAGES = "https://auth.example.com";
export const APP = "https://app.example.com";

export const SESSION: VerifiedSession = {
  userId: "u",
  sessionId: "s",
  audience: "app",
  role: "user",
  email: "ada@example.com",
  emailVerified: true,
  name: "Ada",
  amr: ["pwd"],
  issuedAt: 0,
  expiresAt: 1,
};

/** What a session is kept by; the number tells one pair from the next. */
export const tokens = (number: number) => ({
  token: `access-${number}`,
  tokenType: "Bearer",
  expiresIn: 900,
  refreshToken: `refresh-${number}`,
  refreshExpiresIn: 604_800,
});

type Method = "verifyToken" | "refreshSession" | "exchangeCode" | "signOut";

/**
 * The far end of a binding, where this process ends. It takes `access-…`, `refresh-…` and the code `code`, and
 * does otherwise where it is told: `does.signOut = () => …`.
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

/** What a binding does to whoever asks a Gatehouse that is not well, or is none. */
export const MISFORTUNES: Readonly<Record<string, () => unknown>> = {
  "is not deployed": () => {
    throw new Error('Worker "gatehouse" not found. Make sure it is running locally.');
  },
  "has no such method": () => {
    throw new TypeError('The RPC receiver does not implement the method "x".');
  },
  "says nothing": () => undefined,
  "says yes": () => true,
  "says ok alone": () => ({ ok: true }),
  "says ok with empty tokens": () => ({ ok: true, ...tokens(1), token: "" }),
  "says ok with tokens of no time": () => ({ ok: true, ...tokens(1), refreshExpiresIn: Number.NaN }),
  "says ok with tokens that are over": () => ({ ok: true, ...tokens(1), expiresIn: 0 }),
  "says no without a reason": () => ({ ok: false }),
  "is unavailable": () => ({ ok: false, reason: "unavailable" }),
};
