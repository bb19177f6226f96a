import { OWN_AUDIENCE } from "../../../support/resources.ts";
import { allEnded, type Extent, sample } from "./extent.ts";
import { accountOf, isChallengeLive, isLinkLive, isOwnSession, isSessionLive, type Model } from "./model.ts";
import type { Challenge, Session } from "./records.ts";
import { violation } from "./violation.ts";
import type { World } from "./world.ts";

const MAX_LINKS = 1;
const MAX_CHALLENGES = 1;
const MAX_LISTS = 1;

/** A link is valid exactly as long as the model says. The check of a link consumes nothing. */
export async function checkLinks(model: Model, world: World, extent: Extent): Promise<void> {
  await allEnded(
    sample(model.links, extent, MAX_LINKS).map(async (link) => {
      const isForVerification = link.purpose === "verify_email" || link.purpose === "change_email";
      const path = isForVerification ? "/verify-email" : "/reset-password";
      const answer = await world.call("attacker", "GET", `${path}?token=${link.token}`);
      const isLive = isLinkLive(model, link);
      if ((answer.status === 200) !== isLive)
        violation(
          `the link of ${link.to} (${link.purpose}) is ${isLive ? "live" : `void by ${link.voidBy}`}, and gets ${answer.status}`,
        );
    }),
  );
}

/** A challenge that was used, replaced or voided opens nothing, also with its right code. */
export async function checkChallenges(model: Model, world: World, extent: Extent): Promise<void> {
  const dead = model.challenges.filter((challenge) => !isChallengeLive(model, challenge));
  const notOfSignIns = model.challenges.filter((challenge) => challenge.purpose !== "login");
  await allEnded([
    ...sample(dead, extent, MAX_CHALLENGES).map((challenge) => tryChallenge(model, world, challenge)),
    ...sample(notOfSignIns, extent, MAX_CHALLENGES).map((challenge) => trySignIn(world, challenge)),
  ]);
}

/** A code of another purpose opens no session, and the attempt does not count. */
async function trySignIn(
  world: World,
  { id: challengeId, code, startedBy, purpose }: Challenge,
): Promise<void> {
  const answer = await world.call(startedBy, "POST", "/login/otp", { body: { challengeId, code } });
  if (answer.status < 400) violation(`a code of the purpose ${purpose} opened a session`);
}

async function tryChallenge(model: Model, world: World, challenge: Challenge): Promise<void> {
  const body = { challengeId: challenge.id, code: challenge.code };
  if (challenge.purpose === "login") {
    const answer = await world.call(challenge.startedBy, "POST", "/login/otp", { body });
    if (answer.status < 400) violation(`a challenge that was void by ${challenge.voidBy} opened a session`);
    return;
  }
  const session = model.sessions.find(
    (each) =>
      each.accountId === challenge.accountId &&
      (challenge.sessionId ?? each.id) === each.id &&
      accessOf(model, each) !== null &&
      isOwnSession(each),
  );
  const access = session && accessOf(model, session);
  if (!session || !access) return;
  const path = challenge.purpose === "phone" ? "/me/phone/verify" : "/me/reauthenticate/otp";
  const answer = await world.call(session.holder, "POST", path, { body, access });
  if (answer.status < 400)
    violation(`a code (${challenge.purpose}) that was void by ${challenge.voidBy} is valid`);
}

/** The lists of sessions and of devices show exactly what is live. */
export async function checkLists(model: Model, world: World, extent: Extent): Promise<void> {
  const holders = model.sessions.filter(
    (session) => isOwnSession(session) && accessOf(model, session) !== null,
  );
  await allEnded(
    sample(holders, extent, MAX_LISTS).map(async (session) => {
      const access = accessOf(model, session) ?? "";
      const [sessions, devices] = await Promise.all([
        world.call(session.holder, "GET", "/sessions", { access }),
        world.call(session.holder, "GET", "/me/devices", { access }),
      ]);
      const isOfAccount = ({ accountId }: { readonly accountId: string }) => accountId === session.accountId;
      const live = model.sessions.filter((each) => isOfAccount(each) && isSessionLive(model, each));
      const known = model.devices.filter((each) => isOfAccount(each) && each.forgottenBy === null);
      const email = accountOf(model, session)?.email;
      compareIds(`the sessions of ${email}`, idsOf(sessions.body.data), idsOf(live));
      compareIds(`the devices of ${email}`, idsOf(devices.body.data), idsOf(known));
    }),
  );
}

/** A valid access token of a live session for the API of the service, or null. */
function accessOf(model: Model, session: Session): string | null {
  if (!isSessionLive(model, session)) return null;
  const token = session.accessTokens.findLast(({ audience }) => audience === OWN_AUDIENCE);
  return token && token.expiresAt > model.now() ? token.value : null;
}

const idsOf = (list: readonly { readonly id: string }[]): ReadonlySet<string> =>
  new Set(list.map(({ id }) => id));

function compareIds(name: string, listed: ReadonlySet<string>, expected: ReadonlySet<string>): void {
  for (const id of listed) if (!expected.has(id)) violation(`${name} include ${id}, which is not live`);
  for (const id of expected) if (!listed.has(id)) violation(`${name} miss ${id}, which is live`);
}
