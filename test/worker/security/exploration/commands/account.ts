import { type Actor, MAILBOXES } from "../actors.ts";
import type { Operation } from "../command.ts";
import { holderOf, pickPreferring } from "../model.ts";
import { apiTokenOf } from "../opened-sessions.ts";
import { closeAccount, endConfirmationOfOthers, forgetDevices, voidLinks } from "../transitions.ts";
import { expectOutcome, violation } from "../violation.ts";
import { type By, withPassword } from "./reauthentication.ts";
import { hasSession, isUsable, pickSession } from "./sessions.ts";

/** Requests another address. Honest users request one of their own. */
export const requestEmailChange = (by: By, newEmail: string): Operation =>
  withPassword(`${by.actor} requests the address ${newEmail}`, by, async (context) => {
    const { model, world, account, typed, mayChange, access } = context;
    const body = { newEmail, password: typed };
    const mustSucceed = mayChange && newEmail.normalize("NFKC") === newEmail;
    const answer = await world.call(by.actor, "POST", "/me/email", { body, access });
    if (!expectOutcome(answer, mustSucceed, `the request of an address by ${by.actor}`)) return "refused";
    if (!account) return violation("a deleted account requests an address");
    const to = canonical(newEmail);
    voidLinks(model, account, ["change_email"], "a newer request");
    if (holderOf(model, to)) return "taken";
    const { id: accountId } = account;
    world.expectedSecrets.push({
      ...{ kind: "link", purpose: "change_email", accountId },
      ...{ to: withLowerDomain(newEmail), causedBy: by.actor },
    });
    return "requested";
  });

const canonical = (address: string): string => address.toLowerCase();
const withLowerDomain = (address: string): string => {
  const [local, domain = ""] = address.split("@");
  return `${local}@${domain.toLowerCase()}`;
};

/** The addresses that an actor requests for an account: the attacker may request any. */
export const requestableAddresses = (actor: Actor, all: readonly string[]): readonly string[] =>
  actor === "attacker" ? all : MAILBOXES[actor];

export const setSecondFactor = (by: By, enabled: boolean): Operation =>
  withPassword(`${by.actor} turns the second factor ${enabled ? "on" : "off"}`, by, async (context) => {
    const { model, world, session, account, typed, mayChange, access } = context;
    const body = { enabled, password: typed };
    const answer = await world.call(by.actor, "POST", "/me/otp", { body, access });
    const maySet = mayChange && (!enabled || session.hasShownMore);
    if (!expectOutcome(answer, maySet, `a change of the second factor by ${by.actor}`)) return "refused";
    if (!account) return violation("a deleted account has a second factor");
    if (enabled && !account.secondFactor) {
      forgetDevices(model, account, "a second factor");
      endConfirmationOfOthers(model, session);
    }
    account.secondFactor = enabled;
    return "done";
  });

/** Deactivates the own account, unless it is that of the last superuser. */
export const deactivateOwn = (by: By): Operation =>
  withPassword(`${by.actor} deactivates their account`, by, async (context) => {
    const { model, world, account, typed, mayChange, access } = context;
    const isLast =
      account?.role === "superuser" &&
      ![...model.accounts.values()].some(
        (each) => each !== account && each.role === "superuser" && each.status === "active" && each.verified,
      );
    const body = { password: typed };
    const answer = await world.call(by.actor, "POST", "/me/deactivate", { body, access });
    if (!expectOutcome(answer, mayChange && !isLast, `a deactivation by ${by.actor}`)) return "refused";
    if (account) closeAccount(model, account, "a deactivation");
    return `${account?.email} is deactivated`;
  });

/** Forgets a device by its id, which may be that of another account. */
export function forgetDevice(actor: Actor, n: number, target: number): Operation {
  return {
    name: `${actor} forgets device ${target} by session ${n}`,
    isPossible: (model) => model.devices.length > 0 && hasSession(model, actor, n),
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const device = pickPreferring(
        model.devices,
        (each) => each.accountId === session.accountId && each.isStored,
        target,
      );
      const isOwn = device.accountId === session.accountId && device.isStored;
      const path = `/me/devices/${device.id}`;
      const answer = await world.call(actor, "DELETE", path, { access: apiTokenOf(session) });
      const action = `the removal of a device of ${device.holder}`;
      if (!expectOutcome(answer, isUsable(model, session) && isOwn, action)) return "refused";
      for (const each of model.devices) {
        if (each.id === device.id) Object.assign(each, { forgottenBy: "its removal", isStored: false });
      }
      return "forgotten";
    },
  };
}
