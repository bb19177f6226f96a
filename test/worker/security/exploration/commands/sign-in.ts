import { APP_AUDIENCE } from "../../../../support/client-app.ts";
import { OWN_AUDIENCE } from "../../../../support/resources.ts";
import { type Actor, knowsPassword, PASSWORDS } from "../actors.ts";
import type { Operation } from "../command.ts";
import { isLocked, mayFail, TOO_MANY } from "../failures.ts";
import { accountAt, accountsOf, type Model, pick, pickPreferring } from "../model.ts";
import { recordDevice, recordSession, tokensInCookies } from "../opened-sessions.ts";
import type { Account, Audience, Device } from "../records.ts";
import { replaceSession } from "../transitions.ts";
import { expectOutcome, violation } from "../violation.ts";
import type { World } from "../world.ts";
import { beginChallenge } from "./second-factor.ts";

type SignIn = {
  readonly actor: Actor;
  /** An account of the actor, or any address. */
  readonly address: string | "own";
  /** The password that the account has, if the actor knows it, or one of the actor's passwords. */
  readonly password: "right" | 0 | 1;
  readonly audience: Audience | null;
  /** Whether unknown devices need a second factor, and which device token is presented. */
  readonly device: { readonly strict: boolean; readonly token: number | null };
  /** The session whose cookies the browser has, which the new session replaces. */
  readonly cookiesOf: number | null;
  readonly n: number;
};

export function signIn(input: SignIn): Operation {
  const { actor, address, password, audience, device, cookiesOf, n } = input;
  const details = [
    address === "own" ? "to an account of their own" : `as ${address}`,
    password === "right" ? "with its password" : `with ${JSON.stringify(PASSWORDS[actor][password])}`,
    ...(audience ? [`for ${audience}`] : []),
    ...(device.strict ? ["where new devices need a code"] : []),
    ...(device.token === null ? [] : [`with device token ${device.token}`]),
    ...(cookiesOf === null ? [] : [`in a browser with the cookies of session ${cookiesOf}`]),
  ];
  return {
    name: `${actor} signs in ${details.join(" ")} (${n})`,
    isPossible: (model) => address !== "own" || accountsOf(model, actor).length > 0,
    run: async (model, world) => {
      const email = address === "own" ? pick(accountsOf(model, actor), n).email : address;
      const account = accountAt(model, email);
      const known = password === "right" ? account?.password : PASSWORDS[actor][password];
      const secret = knowsPassword(actor, known ?? null) ? (known as string) : PASSWORDS[actor][0];
      const token = deviceFor(model, account, device.token);
      const maySignIn = account?.status === "active" && account.verified && account.password === secret;
      if (account && isLocked(model, account)) return TOO_MANY;
      if (!maySignIn && !mayFail(model, email)) return TOO_MANY;
      const browser = cookiesOf === null ? null : await browserWith(model, world, actor, cookiesOf, audience);
      const answer = await world.call(actor, "POST", "/login", {
        body: {
          ...{ email, password: secret, deviceToken: token?.token },
          ...(browser ? { transport: "cookie" } : audience ? { audience } : {}),
        },
        headers: browser?.headers,
        strict: device.strict,
      });
      if (!expectOutcome(answer, maySignIn, `the sign-in of ${actor} as ${email}`))
        return `refused (${answer.status})`;
      if (!account) return violation(`${email} signed in without an account`);
      const needsCode = account.secondFactor || (device.strict && !isKnown(account, token));
      if (answer.body.data.otpRequired) {
        if (!needsCode) violation(`${email} needs a code on a known device`);
        const challengeId = answer.body.data.challengeId as string;
        beginChallenge(model, world, { actor, account, challengeId });
        return "needs a code";
      }
      if (needsCode) violation(`${email} signed in without the second factor`);
      const tokens = browser ? tokensInCookies(answer.headers) : answer.body.data;
      const hasShownMore = isKnown(account, token);
      const opening = { holder: actor, account, audience: audience ?? OWN_AUDIENCE, hasShownMore };
      const opened = recordSession(model, tokens, opening);
      // The refresh token of an app is none of a browser's session.
      if (browser && !browser.session.isOfApp)
        replaceSession(model, browser.session, opened, "a sign-in in its browser");
      recordDevice(model, actor, account, tokens.deviceToken);
      return `signed in as ${email}`;
    },
  };
}

/** A browser that has the cookies of a session, which may be planted, and a CSRF token for them. */
async function browserWith(model: Model, world: World, actor: Actor, n: number, audience: Audience | null) {
  const usable = model.sessions.filter(
    ({ holder, isCopied }) => holder === actor || holder === "attacker" || isCopied,
  );
  if (usable.length === 0 || audience === APP_AUDIENCE) return null;
  const session = pick(usable, n);
  const access = session.accessTokens.findLast((token) => token.audience === OWN_AUDIENCE);
  const cookie = [`__Host-gh_refresh=${session.current.value}`];
  if (access) cookie.push(`__Host-gh_access=${access.value}`);
  const headers = { Cookie: cookie.join("; "), Origin: "http://gatehouse.test" };
  const csrf = await world.call(actor, "GET", "/csrf-token", { headers });
  return { session, headers: { ...headers, "X-CSRF-Token": csrf.body.data.csrfToken as string } };
}

/** A device token that an actor presents, preferably one that was issued for the account. */
const deviceFor = (model: Model, account: Account | undefined, n: number | null): Device | undefined =>
  n === null || model.devices.length === 0
    ? undefined
    : pickPreferring(model.devices, ({ accountId }) => accountId === account?.id, n);

const isKnown = (account: Account, device: Device | undefined): boolean =>
  device !== undefined &&
  device.forgottenBy === null &&
  device.hasSignedIn &&
  device.accountId === account.id &&
  device.email === account.email;
