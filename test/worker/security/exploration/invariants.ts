import { env } from "cloudflare:workers";
import { ACCOUNTS, type AccountRow, checkAccounts } from "./account-invariants.ts";
import { checkAgeLimit } from "./age-invariants.ts";
import { allEnded, type Extent } from "./extent.ts";
import { MESSAGES, type Message, receiveMessages } from "./messages.ts";
import type { Model } from "./model.ts";
import { checkChallenges, checkLinks, checkLists } from "./secret-invariants.ts";
import { checkSessions } from "./session-invariants.ts";
import { checkSessionRows, SESSIONS, type SessionRow } from "./session-rows.ts";
import type { World } from "./world.ts";

/** Requests take most of the time of a sequence, so each step makes those of one of these checks. */
const SECRET_CHECKS = [checkLinks, checkLists, checkChallenges];

/** Tries the recorded credentials, and compares what the service stores and sends with the model. */
export async function checkInvariants(model: Model, world: World, extent: Extent): Promise<void> {
  await checkStored(model, world);
  await allEnded([checkSessions(model, world, extent), checkSecrets(model, world, extent)]);
  if (extent !== "all") return;
  await checkAgeLimit(model, world);
  // None of these requests may have changed or sent anything.
  await checkStored(model, world);
}

async function checkSecrets(model: Model, world: World, extent: Extent): Promise<void> {
  if (extent === "all") return allEnded(SECRET_CHECKS.map((check) => check(model, world, extent)));
  const { length } = SECRET_CHECKS;
  await SECRET_CHECKS[extent.step % length]?.(model, world, { step: Math.floor(extent.step / length) });
}

async function checkStored(model: Model, world: World): Promise<void> {
  const [messages, accounts, sessions] = await env.DB.batch(
    [MESSAGES, ACCOUNTS, SESSIONS].map((query) => env.DB.prepare(query)),
  );
  receiveMessages(model, world, (messages?.results ?? []) as Message[]);
  checkAccounts(model, (accounts?.results ?? []) as AccountRow[]);
  checkSessionRows(model, (sessions?.results ?? []) as SessionRow[]);
}
