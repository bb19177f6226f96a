import { type Actor, isLookalike, PASSWORDS, recipientOf } from "../actors.ts";
import type { Operation } from "../command.ts";
import {
  accountAt,
  accountOf,
  holderOf,
  isLinkLive,
  isUnproven,
  type Model,
  mayPick,
  newAccount,
  pickPreferring,
} from "../model.ts";
import type { Account, Link } from "../records.ts";
import {
  deleteAccount,
  forgetDevices,
  voidChallenges,
  voidLinks,
  voidSurplusResets,
} from "../transitions.ts";
import { expectOutcome, useOnce, violation } from "../violation.ts";
import type { World } from "../world.ts";

/** Registers an address, which may be that of another user, or a variant of it. */
export function register(actor: Actor, address: string, passwordNumber: 0 | 1): Operation {
  const password = PASSWORDS[actor][passwordNumber];
  return {
    name: `${actor} registers ${address} with ${JSON.stringify(password)}`,
    run: async (model, world) => {
      const answer = await world.call(actor, "POST", "/register", {
        body: { email: address, password, name: "Ada" },
      });
      const action = `the registration of ${address} by ${actor}`;
      if (!expectOutcome(answer, !isLookalike(address), action)) return "refused";
      const { id, email } = answer.body.data.user as { id: string; email: string };
      const existing = accountAt(model, address);
      if (existing && !isUnproven(model, existing)) return "taken";
      const account = existing ?? newAccount({ id, email, password });
      model.accounts.set(account.id, account);
      account.email = email;
      account.registrants.add(actor);
      // A second registration with another password: the account keeps neither.
      if (account.password !== password) account.password = null;
      expectVerification(model, world, actor, account);
      return existing ? "registered again" : "registered";
    },
  };
}

function expectVerification(model: Model, world: World, causedBy: Actor, account: Account): void {
  const { id: accountId, email: to } = account;
  voidLinks(model, account, ["verify_email"], "a newer link");
  world.expectedSecrets.push({ kind: "link", purpose: "verify_email", accountId, to, causedBy });
}

/** Requests another link to verify an address. */
export function resendVerification(actor: Actor, address: string): Operation {
  return {
    name: `${actor} requests another verification of ${address}`,
    run: async (model, world) => {
      const answer = await world.call(actor, "POST", "/verify-email/resend", { body: { email: address } });
      expectOutcome(answer, true, "the request of a verification");
      const account = accountAt(model, address);
      if (!account || account.verified || account.status !== "active") return "nothing to send";
      expectVerification(model, world, actor, account);
      return "sent";
    },
  };
}

/** Whether an honest user would use the link: they verify only what they have asked for. */
const isOwnRequest = (model: Model, link: Link): boolean =>
  link.causedBy !== "attacker" &&
  (link.purpose === "change_email" || accountOf(model, link)?.registrants.has(link.causedBy) === true);

/** The links that their recipients would use. The attacker uses everything. */
const verifications = (model: Model): Link[] =>
  model.links.filter(
    (link) =>
      (link.purpose === "verify_email" || link.purpose === "change_email") &&
      (recipientOf(link.to) === "attacker" ||
        (link.causedBy === recipientOf(link.to) && isOwnRequest(model, link))),
  );

/** The recipient of a link verifies or changes an address; the link may have been used, or replaced. */
export function verify(n: number, atOnce: 1 | 2): Operation {
  return {
    name: `the recipient of verification link ${n} uses it${atOnce === 2 ? " twice at once" : ""}`,
    isPossible: (model) => mayPick(verifications(model), (each) => isLinkLive(model, each), n),
    run: async (model, world) => {
      const link = pickPreferring(verifications(model), (each) => isLinkLive(model, each), n);
      const actor = recipientOf(link.to);
      const account = accountOf(model, link);
      const isFree = link.purpose !== "change_email" || holderOf(model, link.to) === undefined;
      const mustSucceed = isLinkLive(model, link) && isFree;
      const answer = await useOnce(mustSucceed ? atOnce : 1, () =>
        world.call(actor, "POST", "/verify-email", { body: { token: link.token } }),
      );
      if (!expectOutcome(answer, mustSucceed, `${link.purpose} of ${link.to}`)) return "refused";
      if (!account) return violation("a link of a deleted account was accepted");
      link.voidBy = "its use";
      if (link.purpose === "change_email") changeAddress(model, account, link.to);
      else verifyAddress(model, world, { actor, account, to: link.to });
      return `${link.to} is verified`;
    },
  };
}

type Verification = { readonly actor: Actor; readonly account: Account; readonly to: string };

function verifyAddress(model: Model, world: World, { actor, account, to }: Verification): void {
  account.verified = true;
  account.email = to;
  voidLinks(model, account, ["verify_email"], "a verification");
  // The password of a registrant is no password of an account with a role.
  if (account.role !== "user") account.password = null;
  if (account.password !== null) return;
  voidSurplusResets(model, account);
  const { id: accountId } = account;
  world.expectedSecrets.push({ kind: "link", purpose: "reset_password", accountId, to, causedBy: actor });
}

function changeAddress(model: Model, account: Account, to: string): void {
  const unproven = accountAt(model, to);
  if (unproven && unproven !== account) deleteAccount(model, unproven, "the proof of its address");
  account.email = to;
  account.verified = true;
  voidLinks(model, account, "all", "a change of the address");
  voidChallenges(model, account, "a change of the address");
  forgetDevices(model, account, "a change of the address");
}
