import { APP, APP_AUDIENCE, authorizePathOf, CODE_VERIFIER } from "../../../../support/client-app.ts";
import { OWN_AUDIENCE } from "../../../../support/resources.ts";
import { type Actor, type User, userAgentOf } from "../actors.ts";
import type { Operation } from "../command.ts";
import { accountOf, isSessionLive, type Model, mayPick, pickPreferring } from "../model.ts";
import { recordAccessToken, recordSession, tokensInCookies } from "../opened-sessions.ts";
import type { AppCode, Session } from "../records.ts";
import { APP_CODE_LIFE, endSessions, judgePresented } from "../transitions.ts";
import { violation } from "../violation.ts";
import { service } from "../world.ts";
import { CLIENT_IDS, requestAppTokens, SCOPE } from "./app-tokens.ts";
import { hasSession, pickSession, recordRefresh, type TokenAge, tokenOfAge } from "./sessions.ts";

/** Signs in to the app by the refresh cookie of a session, which is rotated. */
export function authorizeApp(actor: Actor, n: number, age: TokenAge): Operation {
  return {
    name: `${actor} signs in to the app by session ${n} with its ${age} refresh token`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model) => {
      const session = pickSession(model, actor, n);
      const token = tokenOfAge(session, age, n);
      const userAgent = userAgentOf(actor);
      const verdict = judgePresented(model, session, token, { audience: OWN_AUDIENCE, userAgent });
      const path = authorizePathOf({ id: CLIENT_IDS.app, redirectUris: [APP] }, { scope: SCOPE });
      const answer = await service.call("GET", path, undefined, undefined, {
        ...{ Cookie: `__Host-gh_refresh=${token.value}`, "User-Agent": userAgent, Accept: "text/html" },
      });
      const location = answer.headers.get("Location") ?? "";
      const isHeld = verdict === "rotates" || verdict === "repeats";
      if (answer.status !== 303 || location.startsWith(APP) !== isHeld)
        violation(`a sign-in to the app with a token that ${verdict} led to ${location}`);
      if (verdict === "ends the session") endSessions(model, [session], "reuse of a refresh token");
      if (!isHeld) return verdict;
      const tokens = tokensInCookies(answer.headers);
      recordRefresh(model, session, token, { tokens, repeats: verdict === "repeats", userAgent });
      recordAccessToken(model, session, tokens.token, OWN_AUDIENCE);
      const value = new URL(location).searchParams.get("code") ?? "";
      if (value === "") return "too many codes";
      if (model.appCodes.some((each) => each.value === value)) violation("a code was issued twice");
      model.appCodes.push({
        ...{ value, sessionId: session.id, holder: actor, isUsed: false, openedSessionId: null },
        expiresAt: model.now() + APP_CODE_LIFE,
      });
      return "got a code";
    },
  };
}

/** How a code is redeemed: as the app does it, or with something wrong. */
export type RedeemBy = "app" | "other client" | "wrong verifier" | "other redirect URI";

/** Redeems an authorization code of the app, which may be used, expired, or of another user. */
export function redeemCode(user: User, n: number, by: RedeemBy): Operation {
  return {
    name: `${user} redeems app code ${n} by ${by}`,
    isPossible: (model) => mayPick(codesOf(model, user), ({ expiresAt }) => expiresAt > model.now(), n),
    run: async (model) => {
      const code = pickPreferring(codesOf(model, user), ({ expiresAt }) => expiresAt > model.now(), n);
      const actor = user === "the attacker" ? "attacker" : code.holder;
      const parent = model.sessions.find(({ id }) => id === code.sessionId);
      const isUnexpired = code.expiresAt > model.now();
      const mayOpen =
        by === "app" && isUnexpired && !code.isUsed && parent !== undefined && isSessionLive(model, parent);
      const tokens = await sendCode(actor, code, by);
      if (tokens && !mayOpen) violation(`a code was accepted that is ${stateOf(code, isUnexpired)} (${by})`);
      if (!tokens && mayOpen) violation("a valid code of the app was refused");
      if (!tokens) {
        const opened = model.sessions.find(({ id }) => id === code.openedSessionId);
        // The verifier proves that the app repeats it (RFC 6749 §4.1.2).
        const isReplay = by === "app" || by === "other redirect URI";
        if (isReplay && code.isUsed && opened) endSessions(model, [opened], "reuse of its code");
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

const sendCode = (actor: Actor, { value }: AppCode, by: RedeemBy) =>
  requestAppTokens(
    actor,
    {
      grant_type: "authorization_code",
      code: value,
      code_verifier: by === "wrong verifier" ? `${CODE_VERIFIER}x` : CODE_VERIFIER,
      redirect_uri: by === "other redirect URI" ? "https://other.example.org/" : APP,
    },
    by === "other client" ? "other" : "app",
  );
