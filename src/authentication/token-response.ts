import type { Context } from "hono";
import * as z from "zod/mini";
import { SECOND } from "../core/clock.ts";
import { type CsrfDeps, csrfTokenOfSession, isCsrfSafe } from "../http/csrf.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { setDeviceCookie, setSessionCookies } from "../http/session-cookies.ts";
import { NO_SUCH_AUDIENCE } from "../sessions/fields.ts";
import { forAudience, type Issuing } from "../sessions/for-audience.ts";
import { loginDataSchema } from "./fields.ts";
import { DEVICE_TOKEN_TTL_MS } from "./known-devices/device-token.ts";
import type { SecondFactorRequired, SignedIn } from "./sign-in-outcome.ts";

export const loggedIn = answer(200, "Login successful", loginDataSchema);
export const secondFactor = answer(
  200,
  "We have sent you a code.",
  z.object({ otpRequired: z.literal(true), challengeId: z.uuid(), expiresIn: z.int() }),
);

type Transport = "bearer" | "cookie" | undefined;

type Asked = { readonly transport?: Transport; readonly audience?: string };

/**
 * The deps of a route that will `welcome`, for the audience that its body asks for; or why not in this way: no such
 * audience, or cookies that a page of another site asks for. Before anything is spent.
 */
export async function prepareTokenResponse<Deps extends CsrfDeps & Issuing>(
  c: Context,
  deps: Deps,
  { transport, audience }: Asked,
): Promise<Deps | Response> {
  const issuing = forAudience(deps, audience, transport);
  if (!issuing) return refuse(c, "validation_failed", { fields: [NO_SUCH_AUDIENCE] });
  if (transport === "cookie" && !(await isCsrfSafe(c, issuing))) return refuse(c, "csrf_failed");
  return issuing;
}

/** Hands the tokens over, in the answer or in cookies alone; or names the challenge that is due. */
export async function respondWithTokens(
  c: Context,
  deps: CsrfDeps,
  outcome: SignedIn | SecondFactorRequired,
  transport: Transport,
): Promise<Response> {
  if (outcome.kind === "second_factor_required") {
    const { challengeId, expiresIn } = outcome;
    return respond(c, secondFactor, { otpRequired: true, challengeId, expiresIn });
  }
  const { tokens, account, sessionId, deviceToken } = outcome;
  const { id, name, email, role } = account;
  c.set("actorId", id);
  const user = { id, name, email, isVerified: account.emailVerifiedAt !== null, role };
  if (transport !== "cookie") {
    return respond(c, loggedIn, { ...tokens, ...(deviceToken !== null && { deviceToken }), user });
  }
  setSignInCookies(c, outcome);
  const csrfToken = await csrfTokenOfSession(deps, sessionId);
  return respond(c, loggedIn, { expiresIn: tokens.expiresIn, csrfToken, user });
}

/** The cookies of a session that has just been opened, which no script can read. */
export function setSignInCookies(c: Context, { tokens, account, deviceToken }: SignedIn): void {
  c.set("actorId", account.id);
  setSessionCookies(c, tokens);
  if (deviceToken !== null) setDeviceCookie(c, deviceToken, DEVICE_TOKEN_TTL_MS / SECOND);
}
