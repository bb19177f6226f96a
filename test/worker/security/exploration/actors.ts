/** Two users, an attacker, and an admin (a superuser, so that every admin action occurs). */
export const ACTORS = ["alice", "bob", "attacker", "admin"] as const;
export type Actor = (typeof ACTORS)[number];

/** The mailboxes of each actor. The first one has an account from the start. */
export const MAILBOXES: Readonly<Record<Actor, readonly [string, string]>> = {
  alice: ["lovelace@example.com", "lovelace.new@example.com"],
  bob: ["babbage@example.com", "babbage.new@example.com"],
  attacker: ["mallory@example.com", "mallory.new@example.com"],
  admin: ["hopper@example.com", "hopper.new@example.com"],
};

/** Compatibility forms of the users' addresses, which are other mailboxes: those of the attacker. */
const LOOKALIKES = ["ｌovelace@example.com", "ｌovelace.new@example.com"] as const;

/** Other spellings of an address of a user, in the same mailbox. */
const SPELLINGS = ["Lovelace@example.com", "LOVELACE.new@Example.com", "BABBAGE.NEW@example.com"] as const;

export const ADDRESSES: readonly string[] = [...Object.values(MAILBOXES).flat(), ...SPELLINGS, ...LOOKALIKES];

/** Whether the service must refuse an account with this address. */
export const isLookalike = (address: string): boolean => address.normalize("NFKC") !== address;

const OWNERS = new Map<string, Actor>([
  ...ACTORS.flatMap((actor) => MAILBOXES[actor].map((address) => [address, actor] as const)),
  ...LOOKALIKES.map((address) => [address, "attacker"] as const),
]);

/** The actor who reads the mail to an address. */
export function mailboxOwner(address: string): Actor {
  const owner = OWNERS.get(address.toLowerCase());
  if (owner === undefined) throw new Error(`${address} is the mailbox of no actor`);
  return owner;
}

/** The passwords that each actor knows and chooses. No actor knows those of another one. */
export const PASSWORDS: Readonly<Record<Actor, readonly [string, string]>> = {
  alice: ["a quiet lighthouse 7", "another quiet harbour 9"],
  bob: ["seven green umbrellas", "eleven brass telescopes"],
  attacker: ["a crooked wooden ladder", "two muddy riding boots"],
  admin: ["the last copper kettle", "a folded paper compass"],
};

export const knowsPassword = (actor: Actor, password: string | null): password is string =>
  password !== null && PASSWORDS[actor].some((known) => known === password);

export const userAgentOf = (actor: Actor): string => `browser of ${actor}`;

/** The phone of each actor. */
export const PHONES: Readonly<Record<Actor, string>> = {
  alice: "+14155550101",
  bob: "+14155550102",
  attacker: "+14155550103",
  admin: "+14155550104",
};

/** The actor who reads messages to an address or a number. */
export const recipientOf = (to: string): Actor =>
  ACTORS.find((actor) => PHONES[actor] === to) ?? mailboxOwner(to);

export const reads = (actor: Actor, to: string): boolean => recipientOf(to) === actor;

/** Who uses a secret: the actor who has received it, or the attacker. */
export type User = "its recipient" | "the attacker";
