import { APP_AUDIENCE } from "../../../support/client-app.ts";
import { OWN_AUDIENCE } from "../../../support/resources.ts";
import { requestAppTokens } from "./commands/app-tokens.ts";
import { allEnded, type Extent, sample } from "./extent.ts";
import { accountOf, isOwnSession, isSessionLive, type Model, mayGet } from "./model.ts";
import type { AccessToken, Session } from "./records.ts";
import { violation } from "./violation.ts";
import { otherWorker, type World } from "./world.ts";

/** Sessions of each kind that are tried after a step. */
const MAX_SESSIONS = 1;

/** Tries the tokens of sessions: live ones must answer for their account, and ended ones nowhere. */
export async function checkSessions(model: Model, world: World, extent: Extent): Promise<void> {
  const live = model.sessions.filter((session) => isSessionLive(model, session));
  const ended = model.sessions.filter((session) => !isSessionLive(model, session));
  const step = extent === "all" ? 0 : extent.step;
  await allEnded([
    ...sample(live, extent, MAX_SESSIONS).flatMap((session) => [
      ...tokensToTry(session, extent).map((token, at) =>
        tryAccessToken(model, world, session, token, (step + at) % 2 === 1),
      ),
    ]),
    ...sample(ended, extent, MAX_SESSIONS).flatMap((session) => [
      ...tokensToTry(session, extent).map((token, at) =>
        tryAccessToken(model, world, session, token, (step + at) % 2 === 0),
      ),
      ...tryRefreshTokens(world, session, extent),
    ]),
  ]);
}

/** The newest token for each audience; at the end also the oldest one. */
function tokensToTry({ accessTokens }: Session, extent: Extent): readonly AccessToken[] {
  const newest = [OWN_AUDIENCE, APP_AUDIENCE].flatMap(
    (audience) => accessTokens.findLast((token) => token.audience === audience) ?? [],
  );
  return extent === "all" ? [...new Set([...newest, ...accessTokens.slice(0, 1)])] : newest;
}

async function tryAccessToken(
  model: Model,
  world: World,
  session: Session,
  token: AccessToken,
  byCookie: boolean,
): Promise<void> {
  const isLive = isSessionLive(model, session) && token.expiresAt > model.now();
  if (token.audience === APP_AUDIENCE) await tryAtOtherWorker(model, session, token, isLive);
  const answer = await world.call(
    session.holder,
    "GET",
    "/me",
    byCookie ? { headers: { Cookie: `__Host-gh_access=${token.value}` } } : { access: token.value },
  );
  const isAccepted = isLive && isOwnSession(session) && token.audience === OWN_AUDIENCE;
  const name = nameOf(model, session);
  if (!isAccepted && answer.status !== 401) violation(`${name} answers GET /me: ${answer.text}`);
  if (!isAccepted) return;
  if (answer.status !== 200) violation(`${name} is live and gets ${answer.status}`);
  const { id, role } = answer.body.data;
  if (id !== session.accountId) violation(`${name} answers for the account ${id}`);
  const expected = accountOf(model, session)?.role;
  if (role !== expected) violation(`${name} has the role ${role} instead of ${expected}`);
}

async function tryAtOtherWorker(
  model: Model,
  session: Session,
  token: AccessToken,
  isLive: boolean,
): Promise<void> {
  const result = await otherWorker.call("verifyToken", token.value, { strict: true });
  const name = nameOf(model, session);
  const isAccepted = isLive && mayGet(session, APP_AUDIENCE);
  if (result.ok !== isAccepted) violation(`${name} at another Worker: ${JSON.stringify(result)}`);
  if (!result.ok) return;
  if (result.session.userId !== session.accountId || result.session.sessionId !== session.id)
    violation(`${name} answers at another Worker for ${result.session.userId}`);
  if (result.session.role !== accountOf(model, session)?.role) violation(`${name} has a wrong role`);
}

/** Tries refresh tokens of an ended session, at both endpoints. */
function tryRefreshTokens(world: World, session: Session, extent: Extent): Promise<void>[] {
  const { current, refreshTokens, holder } = session;
  const values = extent === "all" ? refreshTokens.slice(-3) : [current];
  return values.map(async ({ value }) => {
    if (session.isOfApp) {
      const tokens = await requestAppTokens(holder, { grant_type: "refresh_token", refresh_token: value });
      if (tokens) violation(`the app refreshed a session that had ended (${session.endedBy})`);
      return;
    }
    const answer = await world.call(holder, "POST", "/refresh", { body: { refreshToken: value } });
    if (answer.status !== 401)
      violation(`a session that had ended (${session.endedBy}) was refreshed: ${answer.status}`);
  });
}

function nameOf(model: Model, session: Session): string {
  const account = accountOf(model, session);
  const end = session.endedBy === null ? "" : `, ended by ${session.endedBy},`;
  return `a session of ${account?.email ?? "a deleted account"}${end} of ${session.holder}`;
}
