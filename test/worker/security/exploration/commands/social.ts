import { openBrowser } from "../../../../support/browser.ts";
import { OWN_AUDIENCE } from "../../../../support/resources.ts";
import { returnFromProvider, startRedirect } from "../../../../support/social/browser-flow.ts";
import { type Actor, MAILBOXES } from "../actors.ts";
import type { Operation } from "../command.ts";
import { isLocked, TOO_MANY } from "../failures.ts";
import { accountAt, isUnproven, MINUTE, type Model, mayPick, newAccount, pickPreferring } from "../model.ts";
import { accountIdIn, recordDevice, recordSession, tokensInCookies } from "../opened-sessions.ts";
import type { Account, SocialRedirect } from "../records.ts";
import { forgetDevices, voidChallenges, voidLinks } from "../transitions.ts";
import { violation } from "../violation.ts";
import { providers, service, type World } from "../world.ts";
import { beginChallenge } from "./second-factor.ts";

const REDIRECT_LIFE = 10 * MINUTE;
const BINDING = "__Host-gh_social";
/** The id of each actor at the provider. */
const SUBJECTS: Readonly<Record<Actor, number>> = { alice: 11, bob: 12, attacker: 13, admin: 14 };

/** The address that an actor's account at the provider has. Only an own one can be verified there. */
export type Claimed = { readonly mailbox: 0 | 1; readonly of: "own" | Actor };

/** Goes to the provider and back, up to the callback, which is not requested yet. */
export function startSocial(actor: Actor, { mailbox, of }: Claimed): Operation {
  const owner = of === "own" ? actor : of;
  const email = MAILBOXES[owner][mailbox];
  const verified = owner === actor;
  return {
    name: `${actor} goes to GitHub with ${verified ? "verified" : "unverified"} ${email}`,
    run: async (model) => {
      const user = { id: SUBJECTS[actor], name: "Ada", email, verified };
      await providers.setUser(user);
      const browser = openBrowser(service);
      const callback = await startRedirect(browser, "github", user);
      const binding = browser.jar.get(BINDING) ?? "";
      // The provider gives its answer when the callback is requested, so the redirect keeps the user.
      model.redirects.push({
        ...{ callback, binding, actor, email, verified, user, isUsed: false },
        expiresAt: model.now() + REDIRECT_LIFE,
      });
      return "came back";
    },
  };
}

/** Requests a callback, in the browser that it belongs to or in another one; it may have been used. */
export function finishSocial(n: number, browserOf: "its own" | "another"): Operation {
  return {
    name: `callback ${n} is requested in ${browserOf} browser`,
    isPossible: (model) => mayPick(model.redirects, ({ isUsed }) => !isUsed, n),
    run: async (model, world) => {
      const redirect = pickPreferring(model.redirects, ({ isUsed }) => !isUsed, n);
      const other = model.redirects.find((each) => each !== redirect);
      const binding = browserOf === "its own" ? redirect.binding : other?.binding;
      const isRight = binding === redirect.binding && !redirect.isUsed && redirect.expiresAt > model.now();
      const resolved = isRight ? resolve(model, redirect) : null;
      if (resolved && isLocked(model, resolved.account ?? redirect)) return TOO_MANY;
      await providers.setUser(redirect.user);
      const browser = openBrowser(service);
      if (binding !== undefined) browser.jar.set(BINDING, binding);
      const answer = await returnFromProvider(browser, redirect.callback);
      if (answer.status >= 500) violation(`a callback answered ${answer.status}: ${answer.text}`);
      if (isRight) redirect.isUsed = true;
      return record(model, world, { redirect, resolved, headers: answer.headers });
    },
  };
}

/** The account that the identity signs in to; null for a new one. */
type Resolved = {
  readonly kind: "sign in" | "link" | "take over" | "create";
  readonly account: Account | null;
};

/** Decides like `docs/social.md`; null for a refusal. */
function resolve(model: Model, { actor, email, verified }: SocialRedirect): Resolved | null {
  const linked = model.identities.get(actor);
  const byIdentity = linked && model.accounts.get(linked.accountId);
  if (byIdentity) {
    const mayEnter = byIdentity.status === "active" && byIdentity.verified;
    return mayEnter ? { kind: "sign in", account: byIdentity } : null;
  }
  if (!verified) return null;
  const account = accountAt(model, email);
  if (!account) return { kind: "create", account: null };
  if (account.status !== "active") return null;
  if (!account.verified) return isUnproven(model, account) ? { kind: "take over", account } : null;
  const isLinked = [...model.identities.values()].some(({ accountId }) => accountId === account.id);
  return isLinked ? null : { kind: "link", account };
}

type Finished = {
  readonly redirect: SocialRedirect;
  readonly resolved: Resolved | null;
  readonly headers: Headers;
};

function record(model: Model, world: World, { redirect, resolved, headers }: Finished): string {
  const { actor, email } = redirect;
  const tokens = tokensInCookies(headers);
  const challengeId = tokens.challenge?.split(".")[0];
  const succeeded = tokens.token !== "" || challengeId !== undefined;
  if (succeeded && !resolved) violation(`a callback of ${actor} was accepted`);
  if (!succeeded && resolved) violation(`a valid callback of ${actor} was refused`);
  if (!resolved) return "refused";
  const account = resolved.account ?? newAccount({ id: accountIdIn(tokens.token), email, verified: true });
  if (resolved.kind === "create") model.accounts.set(account.id, account);
  if (resolved.kind === "take over") takeOver(model, account, email);
  if (resolved.kind !== "sign in") model.identities.set(actor, { accountId: account.id, email });
  if (challengeId !== undefined) {
    if (!account.secondFactor) violation("a callback needs a code without a second factor");
    beginChallenge(model, world, { actor, account, challengeId });
    return "needs a code";
  }
  if (account.secondFactor) violation("a callback signed in without the second factor");
  // The requests of these helpers have no user agent.
  recordSession(model, tokens, { holder: actor, account, audience: OWN_AUDIENCE, userAgent: "" });
  recordDevice(model, actor, account, tokens.deviceToken);
  return `signed in as ${account.email} (${resolved.kind})`;
}

/** The owner of an address takes over a registration that has not proven it. */
function takeOver(model: Model, account: Account, email: string): void {
  Object.assign(account, { email, verified: true, password: null });
  voidLinks(model, account, "all", "a sign-in with GitHub");
  voidChallenges(model, account, "a sign-in with GitHub");
  forgetDevices(model, account, "a sign-in with GitHub");
}
