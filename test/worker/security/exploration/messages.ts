import { reads } from "./actors.ts";
import { accountOf, type Model, ownerOf } from "./model.ts";
import { linkOf } from "./transitions.ts";
import { violation } from "./violation.ts";
import type { ExpectedSecret, World } from "./world.ts";

/** Every message of the development mailbox, oldest first. */
export const MESSAGES = 'SELECT id, recipient AS "to", text FROM mailbox_messages ORDER BY created_at, rowid';

export type Message = { readonly id: string; readonly to: string; readonly text: string };

/** The page of each kind of link. */
const PAGES = {
  verify_email: "/verify-email",
  change_email: "/verify-email",
  reset_password: "/reset-password",
  invite: "/reset-password",
} as const;

const LINK = /http:\/\/gatehouse\.test(\/[\w-]+)\?token=([\w-]+)/;
const CODE = /^(\d{6})\b/m;

/**
 * Reads the messages of a step. A link or a code may go only to a recipient for which this step had to send it, and every
 * one that had to be sent must have arrived.
 */
export function receiveMessages(model: Model, world: World, stored: readonly Message[]): void {
  const messages = stored.filter(({ id }) => !world.seenMessages.has(id));
  for (const message of messages) {
    world.seenMessages.add(message.id);
    const [, page, token] = LINK.exec(message.text) ?? [];
    const [, code] = CODE.exec(message.text) ?? [];
    if (token !== undefined) receiveLink(model, world, { to: message.to, page, token });
    else if (code !== undefined) receiveCode(model, world, { to: message.to, code });
  }
  for (const missing of world.expectedSecrets.splice(0)) violation(`no message brought ${nameOf(missing)}`);
}

function receiveLink(
  model: Model,
  world: World,
  { to, page, token }: { readonly to: string; readonly page: string | undefined; readonly token: string },
): void {
  const expected = take(
    world,
    (secret) => secret.kind === "link" && secret.to === to && PAGES[secret.purpose] === page,
  );
  if (expected?.kind !== "link") violation(`${to} got a link to ${page} that no request caused`);
  const account = accountOf(model, expected);
  if (account?.verified && expected.purpose !== "change_email" && !reads(ownerOf(account), to))
    violation(`${to} got a link of the account ${account.email}`);
  const { kind: _, ...link } = expected;
  model.links.push(linkOf(model, { ...link, token }));
}

function receiveCode(
  model: Model,
  world: World,
  { to, code }: { readonly to: string; readonly code: string },
): void {
  const expected = take(world, (secret) => secret.kind === "code" && secret.challenge.to === to);
  if (expected?.kind !== "code") violation(`${to} got a code that no request caused`);
  const { challenge } = expected;
  const account = accountOf(model, challenge);
  if (challenge.purpose !== "phone" && account && account.email !== to)
    violation(`${to} got a code of the account ${account.email}`);
  if (challenge.code !== "") challenge.earlierCodes.push(challenge.code);
  challenge.code = code;
}

function take(world: World, matches: (secret: ExpectedSecret) => boolean): ExpectedSecret | undefined {
  const at = world.expectedSecrets.findIndex(matches);
  return at < 0 ? undefined : world.expectedSecrets.splice(at, 1)[0];
}

const nameOf = (secret: ExpectedSecret): string =>
  secret.kind === "link" ? `${secret.to} its link (${secret.purpose})` : `${secret.challenge.to} its code`;
