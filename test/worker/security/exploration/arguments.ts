import fc from "fast-check";
import { APP_AUDIENCE } from "../../../support/client-app.ts";
import { OWN_AUDIENCE } from "../../../support/resources.ts";
import { type Actor, ADDRESSES, MAILBOXES, type User } from "./actors.ts";
import type { Operation } from "./command.ts";
import type { AdminAction } from "./commands/administration.ts";
import type { CodeChoice } from "./commands/second-factor.ts";
import type { TokenAge } from "./commands/sessions.ts";
import type { Claimed } from "./commands/social.ts";
import type { Pause } from "./commands/time.ts";
import type { Audience, Role } from "./records.ts";

export const actor = fc.constantFrom<Actor[]>(
  "alice",
  "alice",
  "alice",
  "bob",
  "attacker",
  "attacker",
  "admin",
);
export const user = fc.constantFrom<User[]>(
  "its recipient",
  "its recipient",
  "its recipient",
  "the attacker",
);
export const n = fc.nat(31);
export const address = fc.constantFrom(...ADDRESSES);
/** Half of the time the second mailbox of the actor. */
export const addressOrOwn = fc.oneof(fc.constant("own"), address);
export const addressFor = (who: Actor, to: string): string => (to === "own" ? MAILBOXES[who][1] : to);
export const passwordNumber = fc.constantFrom<(0 | 1)[]>(0, 1);
export const password = fc.constantFrom<("right" | 0 | 1)[]>("right", "right", "right", 0, 1);
export const audience = fc.constantFrom<(Audience | null)[]>(null, null, OWN_AUDIENCE, APP_AUDIENCE);
export const age = fc.constantFrom<TokenAge[]>(
  "current",
  "current",
  "current",
  "previous",
  "previous",
  "old",
);
export const codeChoice = fc.constantFrom<CodeChoice[]>(
  ...(["received", "received", "received", "earlier", "of another challenge", "wrong"] as const),
);
export const atOnce = fc.constantFrom<(1 | 2)[]>(1, 1, 2);
export const claimed = fc.record<Claimed>({
  mailbox: passwordNumber,
  of: fc.constantFrom<Claimed["of"][]>("own", "own", "alice", "admin"),
});
export const role = fc.constantFrom<Role[]>("user", "admin", "superuser");
export const adminAction = fc.constantFrom<AdminAction[]>(
  ...(["activate", "activate", "deactivate", "delete", "unlock", "end the sessions of"] as const),
  ...(["send a reset to", "edit", "make user", "make admin", "make superuser"] as const),
);
export const pause = fc.constantFrom<Pause[]>(
  ...(["5 seconds", "11 seconds", "11 seconds", "a minute", "a minute", "11 minutes"] as const),
  ...(["16 minutes", "31 minutes", "a day", "8 days"] as const),
);
export const by = fc.record({ actor, n, password });

/** An operation with arguments of these arbitraries. */
export const operation = <Args extends unknown[]>(
  make: (...args: Args) => Operation,
  ...args: { [At in keyof Args]: fc.Arbitrary<Args[At]> }
): fc.Arbitrary<Operation> =>
  fc.tuple(...(args as unknown as fc.Arbitrary<Args[number]>[])).map((values) => make(...(values as Args)));

export const device = fc.oneof(
  fc.record({ strict: fc.constant(false), token: fc.option(n) }),
  fc.record({ strict: fc.constant(true), token: n }),
  fc.record({ strict: fc.constant(true), token: fc.option(n, { freq: 3 }) }),
);
export const unknownDevice = fc.constant({ strict: false, token: null });
