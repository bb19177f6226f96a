import { OWN_AUDIENCE } from "../../../../support/resources.ts";
import { type Actor, reads, recipientOf, type User } from "../actors.ts";
import type { Operation } from "../command.ts";
import { isLocked, mayFail, TOO_MANY } from "../failures.ts";
import { accountOf, isChallengeLive, type Model, mayPick, pickPreferring } from "../model.ts";
import { recordDevice, recordSession } from "../opened-sessions.ts";
import type { Account, Audience, Challenge } from "../records.ts";
import { CODE_LIFE, voidChallenges } from "../transitions.ts";
import { expectOutcome, useOnce, violation } from "../violation.ts";
import type { World } from "../world.ts";

/** Records the challenge of a sign-in, whose code must arrive at the address of the account. */
export function beginChallenge(
  model: Model,
  world: World,
  of: {
    readonly actor: Actor;
    readonly account: Account;
    readonly challengeId: string;
  },
): void {
  const { account } = of;
  voidChallenges(model, account, "a newer challenge", "login");
  const challenge: Challenge = {
    ...{ id: of.challengeId, purpose: "login", accountId: account.id },
    ...{
      startedBy: of.actor,
      sessionId: null,
      to: account.email,
      code: "",
      earlierCodes: [],
      tries: 0,
      voidBy: null,
    },
    expiresAt: model.now() + CODE_LIFE,
  };
  model.challenges.push(challenge);
  world.expectedSecrets.push({ kind: "code", challenge });
}

const loginChallenges = (model: Model): Challenge[] =>
  model.challenges.filter(({ purpose }) => purpose === "login");

/** A challenge, preferably a live one. */
export const pickChallenge = (model: Model, challenges: readonly Challenge[], n: number): Challenge =>
  pickPreferring(challenges, (challenge) => isChallengeLive(model, challenge), n);

export const hasChallenge = (model: Model, challenges: readonly Challenge[], n: number): boolean =>
  mayPick(challenges, (challenge) => isChallengeLive(model, challenge), n);

/** Which code an actor answers with. The attacker has no right code of another account. */
export type CodeChoice = "received" | "earlier" | "of another challenge" | "wrong";

/** The code that the actor presents; a wrong one where the actor has not received the chosen one. */
export function codeFor(model: Model, actor: Actor, challenge: Challenge, choice: CodeChoice): string {
  const wrong = String((Number(challenge.code) + 1) % 1_000_000).padStart(6, "0");
  const other = model.challenges.findLast((each) => each !== challenge && reads(actor, each.to));
  if (choice === "received" && reads(actor, challenge.to)) return challenge.code;
  if (choice === "earlier") return challenge.earlierCodes.at(-1) ?? wrong;
  if (choice === "of another challenge") return other?.code ?? wrong;
  return wrong;
}

type Answer = {
  readonly by: User;
  readonly n: number;
  readonly choice: CodeChoice;
  readonly atOnce: 1 | 2;
  /** A request of this service's own client names the audience with the answer. */
  readonly audience: Audience | null;
};

/** Answers a challenge of a sign-in, which may be old, used, or of another user. */
export function answerChallenge({ by, n, choice, atOnce, audience }: Answer): Operation {
  return {
    name: `${by} answers challenge ${n}${atOnce === 2 ? " twice at once" : ""} with the code ${choice}${audience ? ` for ${audience}` : ""}`,
    isPossible: (model) => hasChallenge(model, loginChallenges(model), n),
    run: async (model, world) => {
      const challenge = pickChallenge(model, loginChallenges(model), n);
      const actor = by === "the attacker" ? "attacker" : recipientOf(challenge.to);
      const account = accountOf(model, challenge);
      const code = codeFor(model, actor, challenge, choice);
      if (account && isLocked(model, account)) return TOO_MANY;
      const isAnswerable = isChallengeLive(model, challenge);
      const isRight = isAnswerable && code === challenge.code;
      if (isAnswerable && !isRight && !mayFail(model, challenge.to)) return TOO_MANY;
      const body = { challengeId: challenge.id, code, ...(audience ? { audience } : {}) };
      const answer = await useOnce(isRight ? atOnce : 1, () =>
        world.call(actor, "POST", "/login/otp", { body }),
      );
      if (isAnswerable && !isRight) challenge.tries += 1;
      if (!expectOutcome(answer, isRight, `the code of ${actor}`)) return "refused";
      challenge.voidBy = "its use";
      if (!account) return violation("a code of a deleted account opened a session");
      const hasShownMore = true;
      const opening = { holder: actor, account, audience: audience ?? OWN_AUDIENCE, hasShownMore };
      const session = recordSession(model, answer.body.data, opening);
      recordDevice(model, actor, account, answer.body.data.deviceToken);
      return `signed in as ${account.email} (${session.audience})`;
    },
  };
}

const isResendable = (model: Model, { purpose, voidBy, expiresAt }: Challenge): boolean =>
  purpose === "login" && voidBy === null && expiresAt > model.now();

/** Requests a new code, which anyone who knows the id of a challenge of a sign-in can. */
export function resendCode(actor: Actor, n: number): Operation {
  return {
    name: `${actor} requests a new code for challenge ${n}`,
    isPossible: (model) => mayPick(model.challenges, (each) => isResendable(model, each), n),
    run: async (model, world) => {
      const challenge = pickPreferring(model.challenges, (each) => isResendable(model, each), n);
      const answer = await world.call(actor, "POST", "/login/otp/resend", {
        body: { challengeId: challenge.id },
      });
      expectOutcome(answer, true, "the request of a new code");
      if (!isResendable(model, challenge)) return "nothing to send";
      challenge.tries = 0;
      challenge.expiresAt = model.now() + CODE_LIFE;
      world.expectedSecrets.push({ kind: "code", challenge });
      return "sent";
    },
  };
}
