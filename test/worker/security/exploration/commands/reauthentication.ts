import type { Actor, User } from "../actors.ts";
import type { Operation } from "../command.ts";
import { mayFail, TOO_MANY } from "../failures.ts";
import { accountOf, isChallengeLive, type Model, pick, pickPreferring } from "../model.ts";
import { apiTokenOf } from "../opened-sessions.ts";
import type { Account, Challenge, Session } from "../records.ts";
import { CODE_LIFE, voidChallenges } from "../transitions.ts";
import { expectOutcome, useOnce, violation } from "../violation.ts";
import type { World } from "../world.ts";
import { passwordFor } from "./passwords.ts";
import { isPasswordEnough } from "./recent-authentication.ts";
import { type CodeChoice, codeFor, hasChallenge, pickChallenge } from "./second-factor.ts";
import { hasSession, isUsable, pickSession, sessionsHeldBy } from "./sessions.ts";

type Choice = "right" | 0 | 1;

export type By = { readonly actor: Actor; readonly n: number; readonly password: Choice };

type Authorized = {
  readonly model: Model;
  readonly world: World;
  readonly session: Session;
  readonly account: Account | undefined;
  readonly typed: string;
  /** Whether the session is live and the password is right. */
  readonly isRight: boolean;
  /** Whether a sensitive change must succeed. */
  readonly mayChange: boolean;
  readonly access: string | undefined;
};

/** A request by a session that also needs the password of its account. */
export function withPassword(
  name: string,
  { actor, n, password }: By,
  act: (context: Authorized) => Promise<string>,
): Operation {
  return {
    name: `${name} by session ${n} with the ${password === "right" ? "right" : `own`} password`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const account = accountOf(model, session);
      const typed = passwordFor(actor, account?.password, password);
      const isRight = isUsable(model, session) && typed === account?.password;
      if (!isRight && account && !mayFail(model, account.email)) return TOO_MANY;
      const mayChange = isRight && isPasswordEnough(model, session);
      const access = apiTokenOf(session);
      return act({ model, world, session, account, typed, isRight, mayChange, access });
    },
  };
}

/** Reauthenticates by password. With a second factor, or without a password, that only sends a code of the session. */
export const reauthenticate = (by: By): Operation =>
  withPassword(`${by.actor} reauthenticates`, by, async (context) => {
    const { model, world, session, account, typed, isRight, access } = context;
    const body = { password: typed };
    const answer = await world.call(by.actor, "POST", "/me/reauthenticate", { body, access });
    // An account without a password is asked for a code at once.
    const needsCodeAlone = isUsable(model, session) && account?.password === null;
    if (!expectOutcome(answer, isRight || needsCodeAlone, `a reauthentication by ${by.actor}`))
      return "refused";
    if (!account) return violation("a session of a deleted account was reauthenticated");
    const { otpRequired = false, challengeId } = answer.body.data;
    if (otpRequired !== (account.secondFactor || needsCodeAlone))
      violation(`a reauthentication ${otpRequired ? "needs" : "skips"} a code`);
    if (!otpRequired) {
      Object.assign(session, { authenticatedAt: model.now(), isConfirmed: true });
      return "done";
    }
    voidChallenges(model, account, "a newer challenge", "reauthentication");
    const challenge: Challenge = {
      ...{ id: challengeId, purpose: "reauthentication", accountId: account.id, startedBy: by.actor },
      ...{ sessionId: session.id, to: account.email, code: "", earlierCodes: [], tries: 0, voidBy: null },
      expiresAt: model.now() + CODE_LIFE,
    };
    model.challenges.push(challenge);
    world.expectedSecrets.push({ kind: "code", challenge });
    return "needs a code";
  });

const reauthentications = (model: Model): Challenge[] =>
  model.challenges.filter(({ purpose }) => purpose === "reauthentication");

type Answer = {
  readonly by: User;
  readonly n: number;
  readonly choice: CodeChoice;
  readonly atOnce: 1 | 2;
  /** The session of the challenge, or another one, preferably of the same account. */
  readonly from: "its session" | "another session";
};

/** Answers the challenge of a reauthentication, which may be old, used, or of another session. */
export function answerReauthentication({ by, n, choice, atOnce, from }: Answer): Operation {
  return {
    name: `${by} answers reauthentication ${n}${atOnce === 2 ? " twice at once" : ""} from ${from} with the code ${choice}`,
    isPossible: (model) => hasChallenge(model, reauthentications(model), n),
    run: async (model, world) => {
      const challenge = pickChallenge(model, reauthentications(model), n);
      const actor = by === "the attacker" ? "attacker" : challenge.startedBy;
      const session = sessionFor(model, actor, challenge, from, n);
      if (!session) return "left out: no session";
      const account = accountOf(model, session);
      const code = codeFor(model, actor, challenge, choice);
      const isAnswerable =
        isUsable(model, session) &&
        isChallengeLive(model, challenge) &&
        challenge.accountId === session.accountId;
      const isRight = isAnswerable && session.id === challenge.sessionId && code === challenge.code;
      if (isAnswerable && !isRight && account && !mayFail(model, account.email)) return TOO_MANY;
      const body = { challengeId: challenge.id, code };
      const answer = await useOnce(isRight ? atOnce : 1, () =>
        world.call(actor, "POST", "/me/reauthenticate/otp", { body, access: apiTokenOf(session) }),
      );
      if (isAnswerable && !isRight) challenge.tries += 1;
      if (!expectOutcome(answer, isRight, `the code of a reauthentication by ${actor}`)) return "refused";
      const { expiresIn, ...more } = answer.body.data;
      if (expiresIn !== 600 || Object.keys(more).length > 0 || answer.headers.getSetCookie().length > 0)
        violation(`a reauthentication answered ${answer.text}`);
      challenge.voidBy = "its use";
      Object.assign(session, { authenticatedAt: model.now(), isConfirmed: true, hasShownMore: true });
      return "reauthenticated";
    },
  };
}

function sessionFor(
  model: Model,
  actor: Actor,
  { sessionId, accountId }: Challenge,
  from: Answer["from"],
  n: number,
): Session | undefined {
  const held = sessionsHeldBy(model, actor);
  if (from === "its session") return held.find(({ id }) => id === sessionId);
  const others = held.filter(({ id }) => id !== sessionId);
  if (others.length === 0) return undefined;
  const isSibling = (each: Session) => each.accountId === accountId && isUsable(model, each);
  const siblings = others.filter(isSibling);
  return siblings.length > 0 ? pick(siblings, n) : pickPreferring(others, (each) => isUsable(model, each), n);
}
