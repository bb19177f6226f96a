import { type Actor, PASSWORDS, recipientOf } from "../actors.ts";
import type { Operation } from "../command.ts";
import { mayFail, TOO_MANY, unlock } from "../failures.ts";
import { accountAt, accountOf, isLinkLive, type Model, mayPick, pickPreferring } from "../model.ts";
import { apiTokenOf, recordDevice } from "../opened-sessions.ts";
import type { Link } from "../records.ts";
import {
  deleteDevices,
  endSessions,
  forgetDevices,
  removeIdentities,
  sessionsOf,
  voidChallenges,
  voidLinks,
  voidSurplusResets,
} from "../transitions.ts";
import { expectOutcome, useOnce, violation } from "../violation.ts";
import { isPasswordEnough } from "./recent-authentication.ts";
import { hasSession, isUsable, pickSession } from "./sessions.ts";

/** Requests a reset link for any address, which goes to the owner of the account alone. */
export function requestReset(actor: Actor, address: string): Operation {
  return {
    name: `${actor} requests a reset for ${address}`,
    run: async (model, world) => {
      const answer = await world.call(actor, "POST", "/forgot-password", { body: { email: address } });
      expectOutcome(answer, true, "the request of a reset");
      const account = accountAt(model, address);
      if (account?.status !== "active") return "nothing to send";
      voidSurplusResets(model, account);
      const { id: accountId, email: to } = account;
      world.expectedSecrets.push({ kind: "link", purpose: "reset_password", accountId, to, causedBy: actor });
      return "sent";
    },
  };
}

const resetLinks = (model: Model): Link[] =>
  model.links.filter(({ purpose }) => purpose === "reset_password" || purpose === "invite");

/** The recipient of a link sets a password; the link may have been used, or be void or expired. */
export function resetPassword(n: number, passwordNumber: 0 | 1, atOnce: 1 | 2): Operation {
  return {
    name: `the recipient of reset link ${n} uses it${atOnce === 2 ? " twice at once" : ""} with their password ${passwordNumber}`,
    isPossible: (model) => mayPick(resetLinks(model), (each) => isLinkLive(model, each), n),
    run: async (model, world) => {
      const link = pickPreferring(resetLinks(model), (each) => isLinkLive(model, each), n);
      const actor = recipientOf(link.to);
      const newPassword = PASSWORDS[actor][passwordNumber];
      const account = accountOf(model, link);
      const mustSucceed = isLinkLive(model, link);
      const body = { token: link.token, newPassword };
      const answer = await useOnce(mustSucceed ? atOnce : 1, () =>
        world.call(actor, "POST", "/reset-password", { body }),
      );
      if (!expectOutcome(answer, mustSucceed, `${link.purpose} of ${link.to}`)) return "refused";
      if (!account) return violation("a link of a deleted account was accepted");
      link.voidBy = "its use";
      account.password = newPassword;
      account.verified = true;
      endSessions(model, sessionsOf(model, account), "a reset");
      voidLinks(model, account, "all", "a reset");
      voidChallenges(model, account, "a reset");
      deleteDevices(model, account, "a reset");
      const { id, email } = account;
      removeIdentities(model, (each) => each.accountId === id && each.email !== email.toLowerCase());
      unlock(model, account);
      recordDevice(model, actor, account, answer.body.data.deviceToken, false);
      return `a new password of ${account.email}`;
    },
  };
}

type Change = {
  readonly actor: Actor;
  readonly n: number;
  readonly current: "right" | 0 | 1;
  readonly next: 0 | 1;
};

/** Changes the password of the account of a session. */
export function changePassword({ actor, n, current, next }: Change): Operation {
  const newPassword = PASSWORDS[actor][next];
  return {
    name: `${actor} changes the password by session ${n} from ${typeof current === "number" ? JSON.stringify(PASSWORDS[actor][current]) : "the right one"} to ${JSON.stringify(newPassword)}`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const account = accountOf(model, session);
      const currentPassword = passwordFor(actor, account?.password, current);
      const isRight = isUsable(model, session) && currentPassword === account?.password;
      const mustSucceed = isRight && isPasswordEnough(model, session);
      if (!isRight && account && !mayFail(model, account.email)) return TOO_MANY;
      const answer = await world.call(actor, "POST", "/me/password", {
        body: { currentPassword, newPassword },
        access: apiTokenOf(session),
      });
      if (!expectOutcome(answer, mustSucceed, `a password change by ${actor}`)) return "refused";
      if (!account) return violation("a deleted account has a new password");
      account.password = newPassword;
      const others = sessionsOf(model, account).filter((each) => each !== session);
      for (const other of others) other.endedBy ??= "a password change";
      voidLinks(model, account, ["reset_password", "change_email"], "a password change");
      voidChallenges(model, account, "a password change");
      forgetDevices(model, account, "a password change");
      return "changed";
    },
  };
}

/** The right password, if the actor knows it, or one of the passwords of the actor. */
export function passwordFor(actor: Actor, right: string | null | undefined, choice: "right" | 0 | 1): string {
  if (choice !== "right") return PASSWORDS[actor][choice];
  return PASSWORDS[actor].find((known) => known === right) ?? PASSWORDS[actor][0];
}
