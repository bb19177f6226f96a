import fc from "fast-check";
import { ACTORS, type Actor, ADDRESSES, MAILBOXES, type User } from "./actors.ts";
import { Command, type Operation } from "./command.ts";
import {
  deactivateOwn,
  forgetDevice,
  reauthenticate,
  requestableAddresses,
  requestEmailChange,
  setSecondFactor,
} from "./commands/account.ts";
import { type AdminAction, administer, invite } from "./commands/administration.ts";
import { authorizeApp, type ExchangeBy, exchangeCode } from "./commands/apps.ts";
import { guessPasswords } from "./commands/guesses.ts";
import { administerWhileChanged, type Interference } from "./commands/held-administration.ts";
import { changePassword, requestReset, resetPassword } from "./commands/passwords.ts";
import { removePhone, requestPhone, verifyPhone } from "./commands/phone.ts";
import { register, resendVerification, verify } from "./commands/registration.ts";
import { answerChallenge, type CodeChoice, resendCode } from "./commands/second-factor.ts";
import {
  copySession,
  endById,
  refresh,
  type SignOutBy,
  signOut,
  signOutEverywhere,
  type TokenAge,
} from "./commands/sessions.ts";
import { signIn } from "./commands/sign-in.ts";
import { type Claimed, finishSocial, startSocial } from "./commands/social.ts";
import { type Pause, wait } from "./commands/time.ts";
import { APP_AUDIENCE, type Audience, OWN_AUDIENCE, pick, type Role } from "./model.ts";

const actor = fc.constantFrom<Actor[]>("alice", "alice", "bob", "attacker", "attacker", "admin");
const user = fc.constantFrom<User[]>("its recipient", "its recipient", "its recipient", "the attacker");
const n = fc.nat(31);
const address = fc.constantFrom(...ADDRESSES);
/** Half of the time the second mailbox of the actor. */
const addressOrOwn = fc.oneof(fc.constant("own"), address);
const addressFor = (who: Actor, to: string): string => (to === "own" ? MAILBOXES[who][1] : to);
const passwordNumber = fc.constantFrom<(0 | 1)[]>(0, 1);
const password = fc.constantFrom<("right" | 0 | 1)[]>("right", "right", "right", 0, 1);
const audience = fc.constantFrom<(Audience | null)[]>(null, null, OWN_AUDIENCE, APP_AUDIENCE);
const age = fc.constantFrom<TokenAge[]>("current", "current", "previous", "any");
const codeChoice = fc.constantFrom<CodeChoice[]>(
  ...(["received", "received", "received", "earlier", "of another challenge", "wrong"] as const),
);
const atOnce = fc.constantFrom<(1 | 2)[]>(1, 1, 2);
const claimed = fc.record<Claimed>({
  mailbox: passwordNumber,
  of: fc.constantFrom<Claimed["of"][]>("own", "own", "alice", "admin"),
});
const role = fc.constantFrom<Role[]>("user", "admin", "superuser");
const adminAction = fc.constantFrom<AdminAction[]>(
  ...(["activate", "activate", "deactivate", "delete", "unlock", "end the sessions of"] as const),
  ...(["send a reset to", "edit", "make user", "make admin", "make superuser"] as const),
);
const pause = fc.constantFrom<Pause[]>(
  ...(["5 seconds", "11 seconds", "11 seconds", "a minute", "a minute", "11 minutes"] as const),
  ...(["16 minutes", "31 minutes", "a day", "8 days"] as const),
);
const by = fc.record({ actor, n, password });

/** An operation with arguments of these arbitraries. */
const operation = <Args extends unknown[]>(
  make: (...args: Args) => Operation,
  ...args: { [At in keyof Args]: fc.Arbitrary<Args[At]> }
): fc.Arbitrary<Operation> =>
  fc.tuple(...(args as unknown as fc.Arbitrary<Args[number]>[])).map((values) => make(...(values as Args)));

const device = fc.record({ strict: fc.boolean(), token: fc.option(n, { freq: 2 }) });
const unknownDevice = fc.constant({ strict: false, token: null });

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
  [1, operation(reauthenticate, by)],
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
  [2, operation(forgetDevice, actor, n, n)],
  [
    5,
    operation(
      refresh,
      fc.record({ actor, n, age, audience, by: fc.constantFrom<("HTTP" | "RPC")[]>("HTTP", "HTTP", "RPC") }),
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
      exchangeCode,
      user,
      n,
      fc.constantFrom<ExchangeBy[]>(
        ...(["app", "app", "app", "other Worker", "other origin", "wrong verifier", "own audience"] as const),
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
    2,
    operation(
      administerWhileChanged,
      fc.constantFrom<Actor[]>("bob", "bob", "admin", "alice", "attacker"),
      adminAction,
      n,
      fc.record<Interference>({
        action: fc.constantFrom<Interference["action"][]>(
          "deactivate",
          "make user",
          "make admin",
          "make superuser",
        ),
        on: fc.constantFrom<Interference["on"][]>("actor", "target"),
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
