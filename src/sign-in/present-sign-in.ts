import type { Context } from "hono";
import * as z from "zod/mini";
import { DEVICE_LIFE } from "../devices/device-token.ts";
import { type CsrfDeps, csrfTokenOfSession } from "../http/csrf.ts";
import { answer, respond } from "../http/respond.ts";
import { setDeviceCookie, setSessionCookies } from "../http/session-cookies.ts";
import { SECOND } from "../kernel/clock.ts";
import { loginDataSchema } from "./fields.ts";
import type { SecondStepDue, SignedIn } from "./outcome.ts";

export const loggedIn = answer(200, "Login successful", loginDataSchema);
export const secondStep = answer(
  200,
  "We have sent you a code.",
  z.object({ otpRequired: z.literal(true), challengeId: z.uuid(), expiresIn: z.int() }),
);

type Transport = "bearer" | "cookie" | undefined;

/** Hands the tokens over, in the answer or in cookies alone; or names the challenge that is due. */
export async function welcome(
  c: Context,
  deps: CsrfDeps,
  outcome: SignedIn | SecondStepDue,
  transport: Transport,
): Promise<Response> {
  if (outcome.kind === "second_step") {
    const { challengeId, expiresIn } = outcome;
    return respond(c, secondStep, { otpRequired: true, challengeId, expiresIn });
  }
  const { tokens, account, sessionId, deviceToken } = outcome;
  const { id, name, email, role } = account;
  c.set("actorId", id);
  const user = { id, name, email, isVerified: account.emailVerifiedAt !== null, role };
  if (transport !== "cookie") {
    return respond(c, loggedIn, { ...tokens, ...(deviceToken !== null && { deviceToken }), user });
  }
  keepInCookies(c, outcome);
  const csrfToken = await csrfTokenOfSession(deps, sessionId);
  return respond(c, loggedIn, { expiresIn: tokens.expiresIn, csrfToken, user });
}

/** The cookies of a session that has just been opened, which no script can read. */
export function keepInCookies(c: Context, { tokens, account, deviceToken }: SignedIn): void {
  c.set("actorId", account.id);
  setSessionCookies(c, tokens);
  if (deviceToken !== null) setDeviceCookie(c, deviceToken, DEVICE_LIFE / SECOND);
}
