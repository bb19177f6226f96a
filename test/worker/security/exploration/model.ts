import { OWN_AUDIENCE } from "../../../support/resources.ts";
import { type Actor, mailboxOwner } from "./actors.ts";
import type {
  Account,
  AppCode,
  Audience,
  Challenge,
  Device,
  Link,
  Session,
  SocialRedirect,
} from "./records.ts";

// What should be true of the service, recorded from the requests of a sequence and their responses alone. The rules are
// those of the documentation, in a second implementation that shares no code with the service.

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

export type Model = {
  now(): number;
  /** Steps so far. */
  steps: number;
  readonly accounts: Map<string, Account>;
  readonly sessions: Session[];
  readonly links: Link[];
  readonly challenges: Challenge[];
  readonly devices: Device[];
  readonly appCodes: AppCode[];
  readonly redirects: SocialRedirect[];
  /** The identity of each actor at the provider, once it is linked. */
  readonly identities: Map<Actor, { readonly accountId: string; readonly email: string }>;
  /** Wrong passwords and codes so far, by address key. */
  readonly failures: Map<string, number>;
};

export const newModel = (now: () => number): Model => ({
  now,
  steps: 0,
  accounts: new Map(),
  sessions: [],
  links: [],
  challenges: [],
  devices: [],
  appCodes: [],
  redirects: [],
  identities: new Map(),
  failures: new Map(),
});

/** The element of a list that a number selects. */
export const pick = <T>(list: readonly T[], n: number): T => {
  const chosen = list[n % list.length];
  if (chosen === undefined) throw new Error("there is nothing to pick from");
  return chosen;
};

/** Whether a number leaves the choice to chance: one in four does. */
const isAnyChoice = (n: number): boolean => n % 4 === 3;

/** The same, but three of four numbers select an element for which `isPreferred` holds, if there is one. */
export const pickPreferring = <T>(list: readonly T[], isPreferred: (element: T) => boolean, n: number): T => {
  const preferred = isAnyChoice(n) ? [] : list.filter(isPreferred);
  return pick(preferred.length > 0 ? preferred : list, Math.floor(n / 4));
};

/** Whether `pickPreferring` finds what it prefers, or is meant to take anything. */
export const mayPick = <T>(list: readonly T[], isPreferred: (element: T) => boolean, n: number): boolean =>
  isAnyChoice(n) ? list.length > 0 : list.some(isPreferred);

export const addressKey = (address: string): string => address.normalize("NFKC").toLowerCase();

export const accountAt = (model: Model, address: string): Account | undefined =>
  [...model.accounts.values()].find(({ email }) => addressKey(email) === addressKey(address));

export function accountOf(model: Model, { accountId }: { readonly accountId: string }): Account | undefined {
  return model.accounts.get(accountId);
}

/** The actor who may use the account: the owner of its mailbox. */
export const ownerOf = ({ email }: Account): Actor => mailboxOwner(email);

export const accountsOf = (model: Model, actor: Actor): Account[] =>
  [...model.accounts.values()].filter((account) => ownerOf(account) === actor);

export const isLinkLive = (model: Model, link: Link): boolean =>
  link.voidBy === null && link.expiresAt > model.now() && accountOf(model, link)?.status === "active";

export const isChallengeLive = (model: Model, challenge: Challenge): boolean =>
  challenge.voidBy === null && challenge.expiresAt > model.now() && challenge.tries < 5;

export function isSessionLive(model: Model, session: Session): boolean {
  const now = model.now();
  const isUnexpired = session.idleExpiresAt > now && session.expiresAt > now;
  return session.endedBy === null && isUnexpired && accountOf(model, session)?.status === "active";
}

/** Whether the API of the service accepts the session. */
export const isOwnSession = ({ isOfApp, audience }: Session): boolean =>
  !isOfApp && audience === OWN_AUDIENCE;

export const mayGet = (session: Session, audience: Audience): boolean =>
  isOwnSession(session) || audience === session.audience;

/** A registration without proof: it does not hold its address. */
export const isUnproven = (model: Model, account: Account): boolean =>
  !account.verified &&
  account.status === "active" &&
  account.role === "user" &&
  !model.links.some(
    (link) => link.accountId === account.id && link.purpose === "invite" && isLinkLive(model, link),
  );

export function holderOf(model: Model, address: string): Account | undefined {
  const account = accountAt(model, address);
  return account && !isUnproven(model, account) ? account : undefined;
}

export const newAccount = (account: Pick<Account, "id" | "email"> & Partial<Account>): Account => ({
  verified: false,
  password: null,
  role: "user",
  status: "active",
  secondFactor: false,
  phone: null,
  phoneVerified: false,
  registrants: new Set(),
  ...account,
});
