import fc from "fast-check";
import { ACTORS, type Actor, ADDRESSES } from "./actors.ts";
import {
  actor,
  address,
  addressFor,
  addressOrOwn,
  adminAction,
  age,
  atOnce,
  audience,
  by,
  claimed,
  codeChoice,
  device,
  n,
  operation,
  password,
  passwordNumber,
  pause,
  role,
  unknownDevice,
  user,
} from "./arguments.ts";
import { Command, type Operation } from "./command.ts";
import {
  deactivateOwn,
  forgetDevice,
  requestableAddresses,
  requestEmailChange,
  setSecondFactor,
} from "./commands/account.ts";
import { administer, invite } from "./commands/administration.ts";
import { authorizeApp, type RedeemBy, redeemCode } from "./commands/apps.ts";
import { guessPasswords } from "./commands/guesses.ts";
import { administerWhileChanged, type Interference } from "./commands/held-administration.ts";
import { changePassword, requestReset, resetPassword } from "./commands/passwords.ts";
import { removePhone, requestPhone, verifyPhone } from "./commands/phone.ts";
import { answerReauthentication, reauthenticate } from "./commands/reauthentication.ts";
import { register, resendVerification, verify } from "./commands/registration.ts";
import { answerChallenge, resendCode } from "./commands/second-factor.ts";
import {
  copySession,
  endById,
  type RefreshAt,
  refresh,
  type SignOutBy,
  signOut,
  signOutEverywhere,
} from "./commands/sessions.ts";
import { signIn } from "./commands/sign-in.ts";
import { finishSocial, startSocial } from "./commands/social.ts";
import { wait } from "./commands/time.ts";
import { pick } from "./model.ts";

const signIns = [
  operation(
    signIn,
    fc.record({
      ...{ actor, n, audience, device, password: fc.constant("right" as const) },
      ...{ address: fc.constant("own" as const), cookiesOf: fc.constant(null) },
    }),
  ),
  operation(
    signIn,
    fc.record({
      ...{ actor, n, password: fc.constant("right" as const), address: fc.constant("own" as const) },
      ...{ audience: fc.constant(null), device: unknownDevice, cookiesOf: n },
    }),
  ),
  operation(
    signIn,
    fc.record({ ...{ actor, n, audience, device, password, address }, cookiesOf: fc.option(n) }),
  ),
];

/**
 * Every operation, with its weight. What follows from another operation, such as the use of a link, has a great one: it is
 * left out as long as there is nothing to use.
 */
const OPERATIONS: readonly (readonly [weight: number, fc.Arbitrary<Operation>])[] = [
  [6, signIns[0] as fc.Arbitrary<Operation>],
  [2, signIns[1] as fc.Arbitrary<Operation>],
  [2, signIns[2] as fc.Arbitrary<Operation>],
  [20, operation(answerChallenge, fc.record({ by: user, n, choice: codeChoice, atOnce, audience }))],
  [1, operation(resendCode, actor, n)],
  [3, operation(startSocial, actor, claimed)],
  [
    24,
    operation(finishSocial, n, fc.constantFrom<("its own" | "another")[]>("its own", "its own", "another")),
  ],
  [
    3,
    operation(
      (who: Actor, to: string, at: 0 | 1) => register(who, addressFor(who, to), at),
      actor,
      addressOrOwn,
      passwordNumber,
    ),
  ],
  [
    1,
    operation((who: Actor, to: string) => resendVerification(who, addressFor(who, to)), actor, addressOrOwn),
  ],
  [20, operation(verify, n, atOnce)],
  [4, operation((who: Actor, to: string) => requestReset(who, addressFor(who, to)), actor, addressOrOwn)],
  [20, operation(resetPassword, n, passwordNumber, atOnce)],
  [3, operation(changePassword, fc.record({ actor, n, current: password, next: passwordNumber }))],
  [
    2,
    operation(
      (who: Parameters<typeof reauthenticate>[0], to: number) =>
        requestEmailChange(who, pick(requestableAddresses(who.actor, ADDRESSES), to)),
      by,
      n,
    ),
  ],
  [2, operation(setSecondFactor, by, fc.boolean())],
  [3, operation(reauthenticate, by)],
  [
    12,
    operation(
      answerReauthentication,
      fc.record({
        ...{ by: user, n, choice: codeChoice, atOnce },
        from: fc.constantFrom<("its session" | "another session")[]>(
          ...(["its session", "another session"] as const),
        ),
      }),
    ),
  ],
  [1, operation(deactivateOwn, by)],
  [
    2,
    operation(
      (who: Actor, at: number, of: Actor | "own") => requestPhone(who, at, of === "own" ? who : of),
      actor,
      n,
      fc.constantFrom<(Actor | "own")[]>("own", "own", ...ACTORS),
    ),
  ],
  [10, operation(verifyPhone, user, n, codeChoice)],
  [1, operation(removePhone, actor, n)],
  [4, operation(forgetDevice, actor, n, n)],
  [
    10,
    operation(
      refresh,
      fc.record({ actor, n, age, audience, at: fc.constantFrom<RefreshAt[]>("own", "own", "own", "other") }),
    ),
  ],
  [2, operation(copySession, n)],
  [
    3,
    operation(
      signOut,
      actor,
      n,
      fc.constantFrom<SignOutBy[]>("access token", "app's access token", "refresh token"),
    ),
  ],
  [1, operation(signOutEverywhere, actor, n)],
  [2, operation(endById, actor, n, n)],
  [5, operation(authorizeApp, actor, n, age)],
  [
    20,
    operation(
      redeemCode,
      user,
      n,
      fc.constantFrom<RedeemBy[]>(
        ...(["app", "app", "app", "other client", "wrong verifier", "other redirect URI"] as const),
      ),
    ),
  ],
  [
    5,
    operation(
      administer,
      fc.constantFrom<Actor[]>("admin", "admin", "admin", "bob", "attacker", "alice"),
      n,
      adminAction,
      n,
    ),
  ],
  [
    8,
    operation(
      administerWhileChanged,
      fc.constantFrom<Actor[]>("bob", "bob", "bob", "admin", "alice"),
      adminAction,
      n,
      fc.record<Interference>({
        action: fc.constantFrom<Interference["action"][]>(
          "deactivate",
          "make user",
          "make admin",
          "make superuser",
        ),
        on: fc.constantFrom<Interference["on"][]>("actor", "actor", "target"),
      }),
    ),
  ],
  [1, operation(guessPasswords, fc.constant<Actor>("attacker"), n)],
  [2, operation(invite, fc.constantFrom<Actor[]>("admin", "bob", "attacker"), n, address, role)],
  [4, operation(wait, pause)],
];

/** Sequences of operations, of at most that many. */
export const sequences = (maxCommands: number, replayPath: string | undefined) =>
  fc.commands(
    OPERATIONS.flatMap(([weight, operations]) =>
      Array.from({ length: weight }, () => operations.map((each) => new Command(each))),
    ),
    { maxCommands, size: "max", replayPath },
  );

/** What the sequences start from. */
export const firstStates = fc.record({ secondFactor: fc.boolean(), bobIsAdmin: fc.boolean() });
