import type { Context } from "hono";
import * as z from "zod/mini";
import { SECOND } from "../core/clock.ts";
import type { FieldProblem } from "../core/error-codes.ts";
import { type CsrfDeps, csrfTokenOfSession, isCsrfSafe } from "../http/csrf.ts";
import { addDeviceCookie } from "../http/device-cookie.ts";
import { answer, respond } from "../http/respond.ts";
import { accessCookie, refreshCookie, setSessionCookies } from "../http/session-cookies.ts";
import type { AccessTokenDeps } from "../sessions/access-token.ts";
import { chooseAudience } from "../sessions/audience.ts";
import { INVALID_AUDIENCE } from "../sessions/fields.ts";
import type { RefreshTokenDeps } from "../sessions/refresh-token.ts";
import { SECOND_FACTORS } from "./factors.ts";
import { loginDataSchema } from "./fields.ts";
import { DEVICE_TOKEN_TTL_MS } from "./known-devices/device-token.ts";
import { sessionOfCookies } from "./replaced-session.ts";
import { SECOND_FACTOR_KINDS } from "./second-factor/policy.ts";
import type { SecondFactorRequired, SignedIn } from "./sign-in-outcome.ts";

export const signInResponse = answer(200, "Login successful", loginDataSchema);

const kindSchema = z.enum(SECOND_FACTOR_KINDS);

const challengeSchema = z.object({
  otpRequired: z.literal(true),
  challengeId: z.uuid(),
  expiresIn: z.int(),
  factors: z.array(kindSchema).check(z.meta({ description: "The kinds of factor that may answer it." })),
  defaultFactor: kindSchema.check(
    z.meta({ description: "The kind that it asks for. If it is a sent code, that code has been sent." }),
  ),
});

export const secondFactorResponse = (prompt: string) => answer(200, prompt, challengeSchema);

/** The response of each method of the second factor. */
export const secondFactorResponses = SECOND_FACTORS.map(({ prompt }) => secondFactorResponse(prompt));

type Transport = "bearer" | "cookie" | undefined;

type TokenRequest = { readonly transport?: Transport; readonly audience?: string };

type ReplacedSessionDeps = AccessTokenDeps & RefreshTokenDeps;

type TokenResponseDeps = CsrfDeps & ReplacedSessionDeps;

/** The audience of the tokens to issue, and the session whose cookies they replace; or the refusal, for `refuse`. */
type PreparedTokenResponse =
  | { readonly ok: true; readonly audience: string; readonly replaces: string | null }
  | {
      readonly ok: false;
      readonly code: "validation_failed" | "csrf_failed";
      readonly details: { readonly fields?: readonly FieldProblem[] };
    };

/**
 * Checks the requested transport and audience. Call it before anything is consumed. It refuses an unknown audience,
 * and a request for cookies that comes from a page of another site.
 */
export async function prepareTokenResponse(
  c: Context,
  deps: TokenResponseDeps,
  request: TokenRequest,
): Promise<PreparedTokenResponse> {
  const audience = chooseAudience(deps.settings, request.audience, request.transport);
  if (audience === null) {
    return { ok: false, code: "validation_failed", details: { fields: [INVALID_AUDIENCE] } };
  }
  if (request.transport === "cookie" && !(await isCsrfSafe(c, deps))) {
    return { ok: false, code: "csrf_failed", details: {} };
  }
  return {
    ok: true,
    audience,
    replaces: request.transport === "cookie" ? await replacedSession(c, deps) : null,
  };
}

/** The session of the browser's cookies, which a response with the cookies of a new session replaces. */
export const replacedSession = (c: Context, deps: ReplacedSessionDeps): Promise<string | null> =>
  sessionOfCookies(deps, { access: accessCookie(c), refresh: refreshCookie(c) });

/** Responds with the challenge of the second factor. */
export const respondWithChallenge = (
  c: Context,
  { challengeId, expiresIn, factors, defaultFactor, prompt }: SecondFactorRequired,
): Response =>
  respond(c, secondFactorResponse(prompt), {
    otpRequired: true,
    challengeId,
    expiresIn,
    factors: [...factors],
    defaultFactor,
  });

/** Responds with the tokens, in the body or only in cookies; or with the challenge of the second factor. */
export async function respondWithTokens(
  c: Context,
  deps: CsrfDeps,
  outcome: SignedIn | SecondFactorRequired,
  transport: Transport,
): Promise<Response> {
  if (outcome.kind === "second_factor_required") {
    return respondWithChallenge(c, outcome);
  }
  const { tokens, account, sessionId, deviceToken } = outcome;
  const { id, name, email, role } = account;
  c.set("actorId", id);
  const user = { id, name, email, isVerified: account.emailVerifiedAt !== null, role };
  if (transport !== "cookie") {
    return respond(c, signInResponse, { ...tokens, deviceToken, user });
  }
  setSignInCookies(c, outcome);
  const csrfToken = await csrfTokenOfSession(deps, sessionId);
  return respond(c, signInResponse, { expiresIn: tokens.expiresIn, csrfToken, user });
}

/** Sets the cookies of a new session, which no script can read (HttpOnly). */
export function setSignInCookies(c: Context, signedIn: SignedIn): void {
  const { tokens, account, deviceToken, isPersistent } = signedIn;
  c.set("actorId", account.id);
  setSessionCookies(c, tokens, { isPersistent });
  // Not a matter of the session: an unknown device means notices and, by policy, a second factor.
  addDeviceCookie(c, deviceToken, DEVICE_TOKEN_TTL_MS / SECOND);
}
