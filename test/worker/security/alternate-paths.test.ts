import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { createComposition } from "../../../src/composition/composition.ts";
import { operationPartOf } from "../../../src/http/openapi-operation.ts";
import { createEntrypoint } from "../../../src/rpc/entrypoint.ts";
import { startService } from "../../support/service.ts";
import { type Outcome, STATES, type State, WAYS } from "../../support/session-ways.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { PASSWORD, registerAndLogIn, tokenMailedTo } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** Requests without a session that write, and open none. */
const OPENS_NONE = [
  "POST /oauth/register",
  "POST /api/auth/captcha/verify",
  "POST /api/auth/register",
  "POST /api/auth/verify-email",
  "POST /api/auth/verify-email/resend",
  "POST /api/auth/forgot-password",
  "POST /api/auth/login/email-code",
  "POST /api/auth/login/email-code/resend",
  "POST /api/auth/login/otp/resend",
  "POST /api/auth/login/otp/send",
  "POST /api/auth/login/otp/options",
  "POST /api/auth/login/passkey/options",
  "GET /api/auth/social/:provider/start",
  "POST /api/auth/social/:provider/callback",
  "POST /sign-up",
  "POST /sign-up/check-your-mail",
  "POST /verify-email",
  "POST /cancel-factor-removal",
  "POST /forgot-password",
  "POST /sign-out",
  "POST /language",
  "POST /oauth/authorize",
  "POST /oauth/logout",
  "POST /oauth/par",
  // The endpoints of OAuth clients open sessions of clients, and none of this service (test/worker/oauth).
  "POST /oauth/device_authorization",
  "POST /oauth/userinfo",
  "POST /oauth/introspect",
  "POST /oauth/revoke",
  "RPC verifyToken",
  "RPC getUser",
  "RPC getUsers",
  "RPC revokeSession",
  "RPC revokeUser",
  "RPC deleteUser",
  "RPC cancelUserDeletion",
  "RPC exportUser",
  "RPC setUserMetadata",
  "RPC can",
  "RPC verifyApiKey",
];

/** Every request that needs no session and can write: read from the router and from the RPC entrypoint. */
function requestsWithoutSession(): string[] {
  const { routes } = service.app;
  const partsOf = (method: string, path: string) =>
    routes
      .filter((route) => route.method === method && route.path === path)
      .map(({ handler }) => operationPartOf(handler))
      .filter((part) => part !== undefined);
  const found = routes
    .filter(({ method, path }) => method !== "ALL" && !path.startsWith("/dev/"))
    .filter(({ method, path }) => {
      const parts = partsOf(method, path);
      if (parts.some(({ session, page }) => session || (page && page !== "everybody"))) return false;
      return method !== "GET" || parts.some(({ redirect }) => redirect !== undefined);
    })
    .map(({ method, path }) => `${method} ${path}`);
  const methods = Object.getOwnPropertyNames(
    createEntrypoint({ composition: createComposition() }).prototype,
  );
  const rpc = methods
    .filter((name) => name !== "constructor" && name !== "fetch")
    .map((name) => `RPC ${name}`);
  return [...new Set([...found, ...rpc])].sort();
}

/** A table cell is an outcome. An account of that state cannot have the material of a way marked `-`. */
type Row = { readonly [S in State]: Outcome | "-" };

const row = (...[locked, deactivated, unverified, due, invited]: (Outcome | "-")[]): Row =>
  ({ locked, deactivated, unverified, "second factor due": due, invited }) as Row;

/** In the order of `row`: locked, deactivated, unverified, second factor due, invited. */
const EXPECTED: Readonly<Record<string, Row>> = {
  "POST /api/auth/login": row("refused", "refused", "refused", "challenge", "refused"),
  "POST /api/auth/login/otp": row("refused", "refused", "refused", "session", "refused"),
  // A passkey that verifies the user is two factors.
  "POST /api/auth/login/passkey": row("refused", "refused", "refused", "session", "refused"),
  "POST /api/auth/social/:provider/token": row("refused", "refused", "refused", "challenge", "refused"),
  // The provider proves the address of an unverified account. No sign-in takes over an invited one (security 60).
  "POST /api/auth/social/:provider/token, by the verified address": row(
    "refused",
    "refused",
    "session",
    "challenge",
    "refused",
  ),
  "GET /api/auth/social/:provider/callback": row("refused", "refused", "refused", "challenge", "refused"),
  // The lockout and the second factor were checked when the browser session opened. An account with a session is
  // verified, and has accepted its invitation.
  "POST /oauth/token, a code": row("session", "refused", "-", "session", "-"),
  "POST /oauth/token, a refresh token": row("session", "refused", "-", "session", "-"),
  "POST /api/auth/refresh": row("session", "refused", "-", "session", "-"),
  "POST /api/auth/reset-password": row("refused", "refused", "refused", "refused", "refused"),
  // The code proves the address of an unverified account, and is never followed by a second mailed code.
  "POST /api/auth/login/email-code/verify": row("refused", "refused", "session", "session", "refused"),
  "POST /sign-in": row("refused", "refused", "refused", "challenge", "refused"),
  "POST /sign-in/code": row("refused", "refused", "refused", "session", "refused"),
  "POST /sign-in/email-code": row("refused", "refused", "session", "session", "refused"),
  "POST /reset-password": row("refused", "refused", "refused", "refused", "refused"),
};

describe("alternate paths to a session", () => {
  it("has an entry for every request without a session", () => {
    const ways = Object.keys(WAYS).map((name) => name.split(",")[0] ?? "");
    expect([...new Set([...ways, ...OPENS_NONE])].sort()).toEqual(requestsWithoutSession());
    expect(Object.keys(EXPECTED)).toEqual(Object.keys(WAYS));
  });

  describe.each(Object.entries(WAYS))("%s", (name, way) => {
    it("opens a session for an account that may sign in", async () => {
      const prepared = await way({ service, providers });
      const opensNone = name.endsWith("/reset-password");
      expect(await prepared.attempt()).toBe(opensNone ? "refused" : "session");
    });

    it.each(Object.entries(EXPECTED[name] ?? {}).filter(([, outcome]) => outcome !== "-"))(
      "for an account that is %s: %s",
      async (state, outcome) => {
        const { email, attempt } = await way({ service, providers });
        await STATES[state as State](service, email);
        expect(await attempt()).toBe(outcome);
      },
    );
  });

  it("opens no session by a code for a phone number", async () => {
    const { token } = await registerAndLogIn(service);
    const answer = await service.post("/me/phone", { phone: "+14155550199" }, token);
    expect(answer.text).not.toContain('"token"');
    expect(
      (await service.post("/me/phone/verify", { challengeId: answer.body.data.challengeId, code: "000000" }))
        .status,
    ).toBe(401);
  });
});

describe("an account with an implied address", () => {
  /** A user whom a provider has signed up with an address that it does not vouch for. */
  async function impliedUser() {
    const user = socialUser({ email: `${crypto.randomUUID()}@firm.example`, verified: true });
    const accessToken = await providers.tokenOf(user);
    const signIn = () => service.post("/social/facebook/token", { accessToken });
    const { status, body } = await signIn();
    expect(status).toBe(200);
    return { email: user.email, signIn, tokens: body.data as { token: string; refreshToken: string } };
  }

  it("gets tokens without a verified address, by sign-in and by refresh", async () => {
    const { signIn, tokens } = await impliedUser();
    const refreshed = await service.post("/refresh", { refreshToken: tokens.refreshToken });
    const again = await signIn();
    for (const token of [tokens.token, refreshed.body.data.token, again.body.data.token]) {
      expect(decodeJwt(token).email_verified).toBe(false);
    }
    expect(again.body.data.user.isVerified).toBe(false);
    expect((await service.get("/me", again.body.data.token)).body.data.isVerified).toBe(false);
  });

  it("loses identities and sessions when the owner of the address proves it by a reset", async () => {
    const { email, signIn, tokens } = await impliedUser();
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: PASSWORD };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    expect((await service.get("/me", tokens.token)).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken: tokens.refreshToken })).status).toBe(401);
    expect((await signIn()).status).not.toBe(200);
    const own = await service.post("/login", { email, password: PASSWORD });
    expect(decodeJwt(own.body.data.token).email_verified).toBe(true);
    const identities =
      "SELECT count(*) AS n FROM identities JOIN accounts ON accounts.id = account_id WHERE accounts.email = ?";
    expect(await env.DB.prepare(identities).bind(email).first("n")).toBe(0);
  });
});
