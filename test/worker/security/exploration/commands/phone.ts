import { type Actor, PHONES, type User } from "../actors.ts";
import type { Operation } from "../command.ts";
import { mayFail, TOO_MANY } from "../failures.ts";
import { accountOf, isChallengeLive, type Model, pick } from "../model.ts";
import { apiTokenOf } from "../opened-sessions.ts";
import type { Challenge, Session } from "../records.ts";
import { CODE_LIFE, voidChallenges } from "../transitions.ts";
import { expectOutcome, violation } from "../violation.ts";
import { isRecent } from "./recent-authentication.ts";
import { type CodeChoice, codeFor, hasChallenge, pickChallenge } from "./second-factor.ts";
import { hasSession, isUsable, pickSession, sessionsHeldBy } from "./sessions.ts";

/** Requests a code for a phone number, which may be that of another user. */
export function requestPhone(actor: Actor, n: number, ownerOfPhone: Actor): Operation {
  const phone = PHONES[ownerOfPhone];
  return {
    name: `${actor} enters the phone number of ${ownerOfPhone} by session ${n}`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const account = accountOf(model, session);
      const access = apiTokenOf(session);
      const answer = await world.call(actor, "POST", "/me/phone", { body: { phone }, access });
      if (
        !expectOutcome(
          answer,
          isUsable(model, session) && isRecent(model, session),
          `a phone number of ${actor}`,
        )
      )
        return "refused";
      if (!account) return violation("a deleted account has a phone number");
      if (account.phone !== phone) account.phoneVerified = false;
      account.phone = phone;
      voidChallenges(model, account, "a newer code", "phone");
      const challenge: Challenge = {
        ...{ id: answer.body.data.challengeId, purpose: "phone", accountId: account.id },
        ...{ startedBy: actor, sessionId: null, to: phone, code: "", earlierCodes: [] },
        ...{ tries: 0, voidBy: null, expiresAt: model.now() + CODE_LIFE },
      };
      model.challenges.push(challenge);
      world.expectedSecrets.push({ kind: "code", challenge });
      return "code sent";
    },
  };
}

const phoneChallenges = (model: Model): Challenge[] =>
  model.challenges.filter(({ purpose }) => purpose === "phone");

/** Answers the challenge of a phone number; the attacker does it by a session of their own. */
export function verifyPhone(by: User, n: number, choice: CodeChoice): Operation {
  return {
    name: `${by} answers phone challenge ${n} with the code ${choice}`,
    isPossible: (model) => hasChallenge(model, phoneChallenges(model), n),
    run: async (model, world) => {
      const challenge = pickChallenge(model, phoneChallenges(model), n);
      const actor = by === "the attacker" ? "attacker" : challenge.startedBy;
      const own = sessionsHeldBy(model, actor);
      const isOfChallenge = (each: Session) =>
        isUsable(model, each) && (by === "the attacker" || each.accountId === challenge.accountId);
      if (own.length === 0) return "left out: no session";
      const session = own.find(isOfChallenge) ?? pick(own, n);
      const account = accountOf(model, session);
      const code = codeFor(model, actor, challenge, choice);
      const isAnswerable =
        isUsable(model, session) &&
        isChallengeLive(model, challenge) &&
        challenge.accountId === session.accountId;
      const isRight = isAnswerable && code === challenge.code && account?.phone === challenge.to;
      if (isAnswerable && !isRight && account && !mayFail(model, account.email)) return TOO_MANY;
      const answer = await world.call(actor, "POST", "/me/phone/verify", {
        body: { challengeId: challenge.id, code },
        access: apiTokenOf(session),
      });
      if (isAnswerable && !isRight) challenge.tries += 1;
      if (!expectOutcome(answer, isRight, `a phone code of ${actor}`)) return "refused";
      challenge.voidBy = "its use";
      if (account) account.phoneVerified = true;
      return "verified";
    },
  };
}

export function removePhone(actor: Actor, n: number): Operation {
  return {
    name: `${actor} removes the phone number by session ${n}`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const account = accountOf(model, session);
      const answer = await world.call(actor, "DELETE", "/me/phone", { access: apiTokenOf(session) });
      if (
        !expectOutcome(answer, isUsable(model, session) && isRecent(model, session), `a removal by ${actor}`)
      )
        return "refused";
      if (!account) return violation("a deleted account had a phone number");
      Object.assign(account, { phone: null, phoneVerified: false });
      voidChallenges(model, account, "the removal of the number", "phone");
      return "removed";
    },
  };
}
