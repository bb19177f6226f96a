import { DAY, isLinkLive, isSessionLive, MINUTE, type Model, mayGet, SECOND } from "./model.ts";
import type { AccessToken, Account, Challenge, Link, LinkPurpose, RefreshToken, Session } from "./records.ts";

const REFRESH_IDLE = 7 * DAY;
const RETRY_WINDOW = 10 * SECOND;
const MAX_RESET_LINKS = 3;

export const LINK_LIFE: Readonly<Record<LinkPurpose, number>> = {
  verify_email: DAY,
  change_email: DAY,
  reset_password: 30 * MINUTE,
  invite: 7 * DAY,
};
export const CODE_LIFE = 10 * MINUTE;
export const APP_CODE_LIFE = MINUTE;
export const ACCESS_LIFE = 15 * MINUTE;
export const RECENT = 10 * MINUTE;
export const SESSION_LIFE = 30 * DAY;

/** Ends sessions, with the sessions of apps that they have opened. */
export function endSessions(model: Model, sessions: readonly Session[], reason: string): void {
  for (const session of sessions) {
    for (const each of model.sessions) {
      if (each === session || each.parentId === session.id) each.endedBy ??= reason;
    }
  }
}

/** Ends the session that another one replaces in a browser. The same user's sessions of apps go on under the new one. */
export function replaceSession(model: Model, replaced: Session, opened: Session, reason: string): void {
  for (const each of model.sessions) {
    if (each.parentId === replaced.id && each.accountId === opened.accountId) each.parentId = opened.id;
  }
  endSessions(model, [replaced], reason);
}

export const sessionsOf = (model: Model, account: Account): Session[] =>
  model.sessions.filter(({ accountId }) => accountId === account.id);

export function voidLinks(
  model: Model,
  account: Account,
  purposes: readonly LinkPurpose[] | "all",
  reason: string,
): void {
  for (const link of model.links) {
    if (link.accountId === account.id && (purposes === "all" || purposes.includes(link.purpose)))
      link.voidBy ??= reason;
  }
}

/** Of the reset links of an account only the newest ones stay, the next one included. */
export function voidSurplusResets(model: Model, account: Account): void {
  const live = model.links.filter(
    (link) => link.accountId === account.id && link.purpose === "reset_password" && isLinkLive(model, link),
  );
  for (const link of live.slice(0, Math.max(0, live.length - (MAX_RESET_LINKS - 1))))
    link.voidBy ??= "newer reset links";
}

export function voidChallenges(
  model: Model,
  account: Account,
  reason: string,
  purpose?: Challenge["purpose"],
): void {
  for (const challenge of model.challenges) {
    if (challenge.accountId === account.id && (purpose ?? challenge.purpose) === challenge.purpose)
      challenge.voidBy ??= reason;
  }
}

export function forgetDevices(model: Model, account: Account, reason: string): void {
  for (const device of model.devices) if (device.accountId === account.id) device.forgottenBy ??= reason;
}

/** The other sessions of the account have to show its first second factor before a sensitive change. */
export function endConfirmationOfOthers(model: Model, { id, accountId }: Session): void {
  for (const session of model.sessions) {
    if (session.accountId === accountId && session.id !== id) session.isConfirmed = false;
  }
}

/** Deletes the devices. A device that is only forgotten keeps its row, and counts no more. */
export function deleteDevices(model: Model, account: Account, reason: string): void {
  for (const device of model.devices) {
    if (device.accountId === account.id) Object.assign(device, { forgottenBy: reason, isStored: false });
  }
}

/** What follows from a deactivation. */
export function closeAccount(model: Model, account: Account, reason: string): void {
  account.status = "deactivated";
  endSessions(model, sessionsOf(model, account), reason);
  voidLinks(model, account, "all", reason);
  voidChallenges(model, account, reason);
}

/** An account that is gone takes everything with it. */
export function deleteAccount(model: Model, account: Account, reason: string): void {
  closeAccount(model, account, reason);
  deleteDevices(model, account, reason);
  removeIdentities(model, ({ accountId }) => accountId === account.id);
  model.accounts.delete(account.id);
}

type Identity = { readonly accountId: string; readonly email: string };

export function removeIdentities(model: Model, isRemoved: (identity: Identity) => boolean): void {
  for (const [actor, identity] of model.identities) if (isRemoved(identity)) model.identities.delete(actor);
}

type Presented = { readonly audience: AccessToken["audience"] | null; readonly userAgent: string };

/** What must become of a presented refresh token. */
export type RefreshVerdict = "rotates" | "repeats" | "refused" | "ends the session";

/** The rule of refresh rotation (docs of `POST /refresh`; RFC 9700 §4.14.2). Changes nothing. */
export function judgePresented(
  model: Model,
  session: Session,
  token: RefreshToken,
  { audience, userAgent }: Presented,
): RefreshVerdict {
  const now = model.now();
  if (!isSessionLive(model, session) || token.expiresAt <= now) return "refused";
  const isAllowed = audience === null || mayGet(session, audience);
  if (token === session.current) return isAllowed ? "rotates" : "refused";
  if (token !== session.lastPresented) return "ends the session";
  const isInWindow = now - session.rotatedAt <= RETRY_WINDOW;
  const isInUse = model.sessions.some(
    ({ parentId, openedAt }) =>
      parentId === session.id && openedAt >= session.rotatedAt + RETRY_WINDOW + APP_CODE_LIFE,
  );
  if (!isInWindow && isInUse) return "ends the session";
  if (!isAllowed || (!session.isOfApp && userAgent !== session.userAgent)) return "refused";
  return isInWindow ? "repeats" : "rotates";
}

/** Records a rotation: `token` was presented, and brought `value`. */
export function rotate(
  model: Model,
  session: Session,
  token: RefreshToken,
  { value, userAgent }: { readonly value: string; readonly userAgent: string },
): void {
  const now = model.now();
  session.idleExpiresAt = Math.min(now + REFRESH_IDLE, session.expiresAt);
  session.rotatedAt = now;
  session.userAgent = userAgent;
  session.lastPresented = token;
  session.current = { value, expiresAt: session.idleExpiresAt };
  session.refreshTokens.push(session.current);
}

export const idleExpiryOf = (now: number, expiresAt: number): number =>
  Math.min(now + REFRESH_IDLE, expiresAt);

export const linkOf = (model: Model, link: Omit<Link, "createdAt" | "expiresAt" | "voidBy">): Link => ({
  ...link,
  createdAt: model.now(),
  expiresAt: model.now() + LINK_LIFE[link.purpose],
  voidBy: null,
});
