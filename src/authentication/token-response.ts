import type { Context } from "hono";
import * as z from "zod/mini";
import { SECOND } from "../core/clock.ts";
import { type CsrfDeps, csrfTokenOfSession, isCsrfSafe } from "../http/csrf.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { setDeviceCookie, setSessionCookies } from "../http/session-cookies.ts";
import { INVALID_AUDIENCE } from "../sessions/fields.ts";
import { type AudienceDeps, withAudience } from "../sessions/with-audience.ts";
import { SECOND_FACTORS } from "./factors.ts";
import { loginDataSchema } from "./fields.ts";
import { DEVICE_TOKEN_TTL_MS } from "./known-devices/device-token.ts";
import type { SecondFactorRequired, SignedIn } from "./sign-in-outcome.ts";

export const signInResponse = answer(200, "Login successful", loginDataSchema);

const challengeSchema = z.object({ otpRequired: z.literal(true), challengeId: z.uuid(), expiresIn: z.int() });

const secondFactorResponse = (prompt: string) => answer(200, prompt, challengeSchema);

/** The response of each method of the second factor. */
export const secondFactorResponses = SECOND_FACTORS.map(({ prompt }) => secondFactorResponse(prompt));

type Transport = "bearer" | "cookie" | undefined;

type TokenRequest = { readonly transport?: Transport; readonly audience?: string };

/**
 * Call it before anything is consumed. It returns the deps of a route that calls `respondWithTokens`, for
 * the requested audience. It returns a refusal for an unknown audience, and for a request for cookies that
 * comes from a page of another site.
 */
export async function prepareTokenResponse<Deps extends CsrfDeps & AudienceDeps>(
  c: Context,
  deps: Deps,
  { transport, audience }: TokenRequest,
): Promise<Deps | Response> {
  const issuing = withAudience(deps, audience, transport);
  if (!issuing) return refuse(c, "validation_failed", { fields: [INVALID_AUDIENCE] });
  if (transport === "cookie" && !(await isCsrfSafe(c, issuing))) return refuse(c, "csrf_failed");
  return issuing;
}

/** Responds with the tokens, in the body or only in cookies; or with the challenge of the second factor. */
export async function respondWithTokens(
  c: Context,
  deps: CsrfDeps,
  outcome: SignedIn | SecondFactorRequired,
  transport: Transport,
): Promise<Response> {
  if (outcome.kind === "second_factor_required") {
    const { challengeId, expiresIn, prompt } = outcome;
    return respond(c, secondFactorResponse(prompt), { otpRequired: true, challengeId, expiresIn });
  }
  const { tokens, account, sessionId, deviceToken } = outcome;
  const { id, name, email, role } = account;
  c.set("actorId", id);
  const user = { id, name, email, isVerified: account.emailVerifiedAt !== null, role };
  if (transport !== "cookie") {
    return respond(c, signInResponse, { ...tokens, ...(deviceToken !== null && { deviceToken }), user });
  }
  setSignInCookies(c, outcome);
  const csrfToken = await csrfTokenOfSession(deps, sessionId);
  return respond(c, signInResponse, { expiresIn: tokens.expiresIn, csrfToken, user });
}

/** Sets the cookies of a new session, which no script can read (HttpOnly). */
export function setSignInCookies(c: Context, { tokens, account, deviceToken }: SignedIn): void {
  c.set("actorId", account.id);
  setSessionCookies(c, tokens);
  if (deviceToken !== null) setDeviceCookie(c, deviceToken, DEVICE_TOKEN_TTL_MS / SECOND);
}
