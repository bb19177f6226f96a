import { decodeJwt } from "jose";
import { APP_AUDIENCE } from "../../../support/client-app.ts";
import { OWN_AUDIENCE } from "../../../support/resources.ts";
import { type Actor, userAgentOf } from "./actors.ts";
import { type Model, mayGet, ownerOf, SECOND } from "./model.ts";
import type { Account, Audience, Session } from "./records.ts";
import { ACCESS_LIFE, idleExpiryOf, rotate, SESSION_LIFE } from "./transitions.ts";
import { violation } from "./violation.ts";
import type { World } from "./world.ts";

type Tokens = { readonly token: string; readonly refreshToken: string };

type Opening = {
  readonly holder: Actor;
  readonly account: Account;
  readonly audience: Audience;
  /** The session whose authorization code opened it, for a session of an app. */
  readonly parent?: Session;
  readonly userAgent?: string;
  /** Whether a code was shown, or the device was known. */
  readonly hasShownMore?: boolean;
};

/** Records a session that the service has opened, and checks that its tokens say what was proven. */
export function recordSession(model: Model, tokens: Tokens, opening: Opening): Session {
  const { holder, account, audience, parent } = opening;
  const now = model.now();
  const { sid } = decodeJwt(tokens.token);
  if (typeof sid !== "string") return violation("an access token has no session");
  if (model.sessions.some(({ id }) => id === sid)) violation("a sign-in returned an earlier session");
  if (ownerOf(account) !== holder && !parent?.isCopied)
    violation(`${holder} got a session of the account of ${ownerOf(account)}`);
  const expiresAt = Math.min(now + SESSION_LIFE, parent?.expiresAt ?? Number.POSITIVE_INFINITY);
  const idleExpiresAt = idleExpiryOf(now, expiresAt);
  const current = { value: tokens.refreshToken, expiresAt: idleExpiresAt };
  const session: Session = {
    id: sid,
    accountId: account.id,
    holder,
    isOfApp: parent !== undefined,
    audience,
    parentId: parent?.id ?? null,
    openedAt: now,
    expiresAt,
    endedBy: null,
    idleExpiresAt,
    authenticatedAt: parent?.authenticatedAt ?? now,
    isConfirmed: true,
    hasShownMore: opening.hasShownMore ?? false,
    rotatedAt: now,
    userAgent: opening.userAgent ?? userAgentOf(holder),
    isCopied: false,
    refreshTokens: [current],
    current,
    lastPresented: null,
    accessTokens: [],
  };
  model.sessions.push(session);
  recordAccessToken(model, session, tokens.token, audience);
  return session;
}

/** Records an access token of a session, and checks its claims. */
export function recordAccessToken(model: Model, session: Session, token: string, audience: Audience): void {
  const claims = decodeJwt(token);
  const account = model.accounts.get(session.accountId);
  if (!account) violation("a deleted account got a token");
  if (claims.sid !== session.id) violation("a session got a token of another session");
  if (claims.sub !== account.id) violation("a session got a token of another account");
  if (claims.aud !== audience) violation(`a token for ${claims.aud} was issued instead of ${audience}`);
  if (!mayGet(session, audience)) violation(`a session got a token for ${audience}, which it must not get`);
  if (claims.role !== account.role) violation(`a token claims the role ${claims.role}, not ${account.role}`);
  if (claims.email !== account.email) violation(`a token claims the address ${claims.email}`);
  if (claims.email_verified !== account.verified) violation("a token claims a wrong verification");
  const expiresAt = (claims.exp ?? 0) * SECOND;
  if (expiresAt !== model.now() + ACCESS_LIFE) violation("an access token lives too long");
  session.accessTokens.push({ value: token, audience, expiresAt });
}

/**
 * Signs in an actor on a device, and refreshes the session twice: it has a current token, one that brought that, and an old
 * one.
 */
export async function openFirstSession(
  model: Model,
  world: World,
  holder: Actor,
  account: Account,
): Promise<void> {
  const post = async (path: string, body: object) => {
    const answer = await world.call(holder, "POST", path, { body });
    if (answer.status !== 200) violation(`the first ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body.data as Tokens & { readonly deviceToken?: string };
  };
  const opened = await post("/login", { email: account.email, password: account.password });
  const session = recordSession(model, opened, { holder, account, audience: OWN_AUDIENCE });
  recordDevice(model, holder, account, opened.deviceToken);
  for (let times = 0; times < 2; times += 1) {
    const token = session.current;
    const { refreshToken: value } = await post("/refresh", { refreshToken: token.value });
    rotate(model, session, token, { value, userAgent: session.userAgent });
  }
}

/** The newest access token of a session for an audience, also an expired one. */
export const accessTokenOf = (session: Session, audience: Audience = OWN_AUDIENCE): string | undefined =>
  session.accessTokens.findLast((token) => token.audience === audience)?.value;

/** The newest token of a session for the API of the service, or else that for the app, which the API must refuse. */
export const apiTokenOf = (session: Session): string | undefined =>
  accessTokenOf(session) ?? accessTokenOf(session, APP_AUDIENCE);

/** Records the device token of a sign-in or of a reset. */
export function recordDevice(
  model: Model,
  holder: Actor,
  account: Account,
  token: string | undefined,
  hasSignedIn = true,
): void {
  if (token === undefined) violation("a sign-in returned no device token");
  const { sub = "" } = decodeJwt(token);
  const { id: accountId, email } = account;
  const device = { id: sub, token, accountId, email, holder, hasSignedIn };
  for (const each of model.devices) if (each.id === sub) each.isStored = true;
  model.devices.push({ ...device, forgottenBy: null, isStored: true });
}

/** The tokens that a response stores in a browser. */
export function tokensInCookies(headers: Headers) {
  const jar = new Map(
    headers.getSetCookie().map((cookie) => {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      return [name, value] as const;
    }),
  );
  return {
    token: jar.get("__Host-gh_access") ?? "",
    refreshToken: jar.get("__Host-gh_refresh") ?? "",
    // The first token is that of this sign-in.
    deviceToken: jar.get("__Host-gh_device")?.split("~")[0],
    challenge: jar.get("__Host-gh_challenge"),
  };
}

/** The account of an access token. */
export const accountIdIn = (token: string): string => decodeJwt(token).sub ?? "";
