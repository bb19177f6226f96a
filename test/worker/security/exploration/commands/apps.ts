import { APP_AUDIENCE, authorizationCodeIn, clientAppUrl } from "../../../../support/client-app.ts";
import { OWN_AUDIENCE } from "../../../../support/resources.ts";
import { CODE_VERIFIER } from "../../../../support/social/client-application.ts";
import { APP } from "../../../../support/social/providers.ts";
import { type Actor, type User, userAgentOf } from "../actors.ts";
import type { Operation } from "../command.ts";
import { accountOf, isSessionLive, type Model, mayPick, pickPreferring } from "../model.ts";
import { accessTokenOf, recordAccessToken, recordSession, tokensInCookies } from "../opened-sessions.ts";
import type { AppCode, Session } from "../records.ts";
import { APP_CODE_LIFE, endSessions, judgePresented } from "../transitions.ts";
import { violation } from "../violation.ts";
import { otherWorker, service, type World } from "../world.ts";
import { hasSession, pickSession, recordRefresh, type TokenAge, tokenOfAge } from "./sessions.ts";

/** Signs in to the app by the cookies of a session, which rotates its refresh token. */
export function authorizeApp(actor: Actor, n: number, age: TokenAge): Operation {
  return {
    name: `${actor} signs in to the app by session ${n} with its ${age} refresh token`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model) => {
      const session = pickSession(model, actor, n);
      const token = tokenOfAge(session, age, n);
      const userAgent = userAgentOf(actor);
      const cookies = [
        `__Host-gh_refresh=${token.value}`,
        ...(accessTokenOf(session) === undefined ? [] : [`__Host-gh_access=${accessTokenOf(session)}`]),
      ];
      const verdict = judgePresented(model, session, token, { audience: OWN_AUDIENCE, userAgent });
      const answer = await service.call("GET", clientAppUrl("/sign-in"), undefined, undefined, {
        ...{ Cookie: cookies.join("; "), "User-Agent": userAgent, Accept: "text/html" },
      });
      const isHeld = verdict === "rotates" || verdict === "repeats";
      if ((answer.status === 303) !== isHeld)
        violation(`a sign-in to the app with a token that ${verdict} answered ${answer.status}`);
      if (verdict === "ends the session") endSessions(model, [session], "reuse of a refresh token");
      if (!isHeld) return verdict;
      const tokens = tokensInCookies(answer.headers);
      recordRefresh(model, session, token, { tokens, repeats: verdict === "repeats", userAgent });
      recordAccessToken(model, session, tokens.token, OWN_AUDIENCE);
      const value = authorizationCodeIn({ ...answer, path: "/sign-in" });
      if (model.appCodes.some((each) => each.value === value)) violation("a code was issued twice");
      model.appCodes.push({
        ...{ value, sessionId: session.id, holder: actor, isUsed: false, openedSessionId: null },
        expiresAt: model.now() + APP_CODE_LIFE,
      });
      return "got a code";
    },
  };
}

/** How a code is exchanged: as the app does it, or with something wrong. */
export type ExchangeBy = "app" | "other Worker" | "other origin" | "wrong verifier" | "own audience";

/** Exchanges an authorization code of the app, which may be used, expired, or of another user. */
export function exchangeCode(user: User, n: number, by: ExchangeBy): Operation {
  return {
    name: `${user} exchanges app code ${n} by ${by}`,
    isPossible: (model) => mayPick(codesOf(model, user), ({ expiresAt }) => expiresAt > model.now(), n),
    run: async (model, world) => {
      const code = pickPreferring(codesOf(model, user), ({ expiresAt }) => expiresAt > model.now(), n);
      const actor = user === "the attacker" ? "attacker" : code.holder;
      const parent = model.sessions.find(({ id }) => id === code.sessionId);
      const isRequestRight = by === "app" || by === "other Worker";
      const isUnexpired = code.expiresAt > model.now();
      const mayOpen =
        isRequestRight && isUnexpired && !code.isUsed && parent !== undefined && isSessionLive(model, parent);
      const tokens = await sendExchange(world, actor, code, by);
      if (tokens && !mayOpen) violation(`a code was accepted that is ${stateOf(code, isUnexpired)} (${by})`);
      if (!tokens && mayOpen) violation("a valid code of the app was refused");
      if (!tokens) {
        const opened = model.sessions.find(({ id }) => id === code.openedSessionId);
        if (isRequestRight && isUnexpired && code.isUsed && opened)
          endSessions(model, [opened], "reuse of its code");
        return "refused";
      }
      const account = parent && accountOf(model, parent);
      if (!parent || !account) return violation("a code opened a session without an account");
      code.isUsed = true;
      const opening = { holder: actor, account, audience: APP_AUDIENCE, parent } as const;
      code.openedSessionId = recordSession(model, tokens, opening).id;
      return `opened a session of the app for ${account.email}`;
    },
  };
}

/** The codes that the actors have. The attacker has seen those of copied sessions, too. */
const codesOf = (model: Model, user: User): AppCode[] =>
  model.appCodes.filter(
    ({ holder, sessionId }) =>
      user === "its recipient" || holder === "attacker" || isCopied(model, sessionId),
  );

const isCopied = (model: Model, sessionId: string): boolean =>
  model.sessions.find(({ id }: Session) => id === sessionId)?.isCopied === true;

const stateOf = ({ isUsed }: AppCode, isUnexpired: boolean): string =>
  isUsed ? "used" : isUnexpired ? "of an ended session" : "expired";

async function sendExchange(world: World, actor: Actor, { value }: AppCode, by: ExchangeBy) {
  const codeVerifier = by === "wrong verifier" ? `${CODE_VERIFIER}x` : CODE_VERIFIER;
  if (by === "other Worker") {
    const client = { ip: null, userAgent: userAgentOf(actor) };
    const result = await otherWorker.call("exchangeCode", { code: value, codeVerifier, client });
    return result.ok ? result : null;
  }
  const origin = by === "other origin" ? "https://other.example.org" : new URL(APP).origin;
  const answer = await world.call(actor, "POST", "/exchange", {
    body: { code: value, codeVerifier, ...(by === "own audience" ? { audience: OWN_AUDIENCE } : {}) },
    headers: { Origin: origin },
  });
  if (answer.status >= 500) violation(`an exchange answered ${answer.status}: ${answer.text}`);
  return answer.status === 200 ? (answer.body.data as { token: string; refreshToken: string }) : null;
}
