import { isUsable } from "./commands/sessions.ts";
import { allEnded } from "./extent.ts";
import { accountOf, type Model } from "./model.ts";
import { apiTokenOf } from "./opened-sessions.ts";
import type { Session } from "./records.ts";
import { RECENT } from "./transitions.ts";
import { expectOutcome } from "./violation.ts";
import type { World } from "./world.ts";

/**
 * Advances the clock by the age limit of an authentication, after which every session must be refused a sensitive change.
 * Later steps would find expired codes and access tokens, so only the end of a sequence does this.
 */
export async function checkAgeLimit(model: Model, world: World): Promise<void> {
  world.advance(RECENT);
  const usable = model.sessions.filter((session) => isUsable(model, session));
  await allEnded(usable.map((session) => trySensitiveChange(model, world, session)));
}

/** Tries a change that takes the password where the account has a second factor, and else one that takes none. */
async function trySensitiveChange(model: Model, world: World, session: Session): Promise<void> {
  const account = accountOf(model, session);
  const password = account?.secondFactor ? account.password : null;
  const [method, path, body] =
    password === null
      ? (["DELETE", "/me/phone", undefined] as const)
      : (["POST", "/me/otp", { enabled: true, password }] as const);
  const answer = await world.call(session.holder, method, path, { body, access: apiTokenOf(session) });
  expectOutcome(answer, false, `${method} ${path} by ${session.holder}, whose authentication is too old,`);
}
