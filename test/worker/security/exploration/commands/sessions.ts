import { APP_AUDIENCE } from "../../../../support/client-app.ts";
import { OWN_AUDIENCE } from "../../../../support/resources.ts";
import { type Actor, userAgentOf } from "../actors.ts";
import type { Operation } from "../command.ts";
import {
  accountOf,
  isOwnSession,
  isSessionLive,
  type Model,
  mayPick,
  pick,
  pickPreferring,
} from "../model.ts";
import { accessTokenOf, apiTokenOf, recordAccessToken } from "../opened-sessions.ts";
import type { Audience, RefreshToken, Session } from "../records.ts";
import { endSessions, judgePresented, rotate, sessionsOf } from "../transitions.ts";
import { expectOutcome, violation } from "../violation.ts";
import type { World } from "../world.ts";
import { requestAppTokens, revokeAppToken } from "./app-tokens.ts";

/** The sessions whose tokens an actor has: their own ones, and for the attacker the copied ones. */
export const sessionsHeldBy = (model: Model, actor: Actor): Session[] =>
  model.sessions.filter(({ holder, isCopied }) => holder === actor || (actor === "attacker" && isCopied));

/** A session whose tokens an actor has, preferably one that the API accepts. */
export const pickSession = (model: Model, actor: Actor, n: number): Session =>
  pickPreferring(sessionsHeldBy(model, actor), (session) => isUsable(model, session), n);

export const hasSession = (model: Model, actor: Actor, n: number): boolean =>
  mayPick(sessionsHeldBy(model, actor), (session) => isUsable(model, session), n);

/** The sessions by which an actor can use the API of the service now. */
export const usableSessions = (model: Model, actor: Actor): Session[] =>
  sessionsHeldBy(model, actor).filter((session) => isUsable(model, session));

export function isUsable(model: Model, session: Session): boolean {
  const token = session.accessTokens.findLast(({ audience }) => audience === OWN_AUDIENCE);
  const isUnexpired = token !== undefined && token.expiresAt > model.now();
  return isUnexpired && isSessionLive(model, session) && isOwnSession(session);
}

export type TokenAge = "current" | "previous" | "old";

/** The tokens of a session that were replaced before the last presented one. */
const oldTokens = ({ refreshTokens, current, lastPresented }: Session): RefreshToken[] =>
  refreshTokens.filter((token) => token !== current && token !== lastPresented);

/** The refresh token of that age, or the current one if the session has none. */
export const tokenOfAge = (session: Session, age: TokenAge, n: number): RefreshToken => {
  const old = oldTokens(session);
  if (age === "old" && old.length > 0) return pick(old, n);
  return age === "previous" ? (session.lastPresented ?? session.current) : session.current;
};

type Refresh = {
  readonly actor: Actor;
  readonly n: number;
  readonly age: TokenAge;
  readonly audience: Audience | null;
  readonly at: RefreshAt;
};

/**
 * The endpoint of its client: `/oauth/token` for the app, `/refresh` for the service's own API. The other one refuses the
 * token, and leaves the session alone.
 */
export type RefreshAt = "own" | "other";

/** Presents a refresh token: the current one, or one that was replaced. */
export function refresh({ actor, n, age, audience, at }: Refresh): Operation {
  const place = at === "own" ? "" : " at the endpoint of another client";
  return {
    name: `${actor} refreshes session ${n} with its ${age} token${audience ? ` for ${audience}` : ""}${place}`,
    isPossible: (model) => sessionsHeldBy(model, actor).length > 0,
    run: async (model, world) => {
      const session = pickPreferring(
        sessionsHeldBy(model, actor),
        (each) => isSessionLive(model, each) && (age !== "old" || oldTokens(each).length > 0),
        n,
      );
      const token = tokenOfAge(session, age, n);
      const userAgent = userAgentOf(actor);
      const judged = judgePresented(model, session, token, { audience, userAgent });
      const verdict = at === "own" ? judged : "refused";
      const isAtTokenEndpoint = session.isOfApp === (at === "own");
      const tokens = await sendRefresh(world, actor, { token, audience, isAtTokenEndpoint });
      const isAnswered = verdict === "rotates" || verdict === "repeats";
      if (tokens && !isAnswered) violation(`a refresh token that ${verdictText(verdict)} was accepted`);
      if (!tokens && isAnswered) violation("a valid refresh token was refused");
      if (verdict === "ends the session") endSessions(model, [session], "reuse of a refresh token");
      if (!tokens) return verdict;
      recordRefresh(model, session, token, { tokens, repeats: verdict === "repeats", userAgent });
      recordAccessToken(model, session, tokens.token, audience ?? session.audience);
      return verdict;
    },
  };
}

const verdictText = (verdict: string): string => (verdict === "refused" ? "must be refused" : verdict);

type Answered = {
  readonly tokens: { readonly refreshToken: string };
  readonly repeats: boolean;
  readonly userAgent: string;
};

/** Records the refresh token of an answer: a new one, or the same one again for a repeated request. */
export function recordRefresh(
  model: Model,
  session: Session,
  token: RefreshToken,
  { tokens, repeats, userAgent }: Answered,
): void {
  const value = tokens.refreshToken;
  if (repeats) {
    if (value !== session.current.value) violation("a repeated refresh returned another token");
    return;
  }
  if (session.refreshTokens.some((each) => each.value === value))
    violation("a refresh returned a token that was issued before");
  rotate(model, session, token, { value, userAgent });
}

type Presented = Pick<Refresh, "audience"> & {
  readonly token: RefreshToken;
  readonly isAtTokenEndpoint: boolean;
};

async function sendRefresh(world: World, actor: Actor, { token, audience, isAtTokenEndpoint }: Presented) {
  if (isAtTokenEndpoint) {
    const form = { grant_type: "refresh_token", refresh_token: token.value };
    return requestAppTokens(actor, { ...form, ...(audience ? { resource: audience } : {}) });
  }
  const body = { refreshToken: token.value, ...(audience ? { audience } : {}) };
  const answer = await world.call(actor, "POST", "/refresh", { body });
  if (answer.status >= 500) violation(`a refresh answered ${answer.status}: ${answer.text}`);
  return answer.status === 200 ? (answer.body.data as { token: string; refreshToken: string }) : null;
}

/** The attacker copies the tokens of a session, as malware or a shared computer would let them. */
export function copySession(n: number): Operation {
  const others = (model: Model) =>
    model.sessions.filter((session) => session.holder !== "attacker" && isSessionLive(model, session));
  return {
    name: `attacker copies the tokens of live session ${n}`,
    isPossible: (model) => others(model).some(({ isCopied }) => !isCopied),
    run: async (model) => {
      const session = pick(others(model), n);
      session.isCopied = true;
      return `one of ${session.holder}, of ${accountOf(model, session)?.email}`;
    },
  };
}

export type SignOutBy = "access token" | "app's access token" | "refresh token";

/** Ends a session by one of its tokens, which may be expired. */
export function signOut(actor: Actor, n: number, by: SignOutBy): Operation {
  return {
    name: `${actor} signs out of session ${n} by its ${by}`,
    isPossible: (model) => sessionsHeldBy(model, actor).length > 0,
    run: async (model, world) => {
      const session = pickPreferring(sessionsHeldBy(model, actor), (each) => isSessionLive(model, each), n);
      if (by === "refresh token") {
        // Another client's token is none for the endpoint, which then changes nothing (RFC 7009 §2.2).
        await revokeAppToken(session.current.value);
        if (session.isOfApp) endSessions(model, [session], "revocation");
        return session.isOfApp ? "ended" : "ignored";
      }
      const access = accessTokenOf(session, by === "access token" ? OWN_AUDIENCE : APP_AUDIENCE);
      if (access === undefined) return "no such token";
      const answer = await world.call(actor, "POST", "/logout", { access });
      if (!expectOutcome(answer, !session.isOfApp, "a sign-out")) return "refused";
      endSessions(model, [session], "sign-out");
      return "ended";
    },
  };
}

/** Ends every session of the account. */
export function signOutEverywhere(actor: Actor, n: number): Operation {
  return {
    name: `${actor} signs out everywhere by session ${n}`,
    isPossible: (model) => sessionsHeldBy(model, actor).length > 0,
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const access = apiTokenOf(session);
      const answer = await world.call(actor, "POST", "/logout-all", { access });
      if (!expectOutcome(answer, isUsable(model, session), "a sign-out everywhere")) return "refused";
      const account = accountOf(model, session);
      if (account) endSessions(model, sessionsOf(model, account), "sign-out everywhere");
      return `ended all of ${account?.email}`;
    },
  };
}

/** Ends a session by its id, which may be that of another account. */
export function endById(actor: Actor, n: number, target: number): Operation {
  return {
    name: `${actor} ends session ${target} by its id, with session ${n}`,
    isPossible: (model) => sessionsHeldBy(model, actor).length > 0,
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const ended = pickPreferring(model.sessions, (each) => isSessionLive(model, each), target);
      const access = apiTokenOf(session);
      const isUsed = isUsable(model, session);
      const answer = await world.call(actor, "DELETE", `/sessions/${ended.id}`, { access });
      // A session that has expired has not ended.
      const mayEnd = ended.endedBy === null && ended.accountId === session.accountId;
      if (!expectOutcome(answer, isUsed && mayEnd, `the end of a session of ${ended.holder}`))
        return "refused";
      endSessions(model, [ended], "its end by id");
      return "ended";
    },
  };
}
