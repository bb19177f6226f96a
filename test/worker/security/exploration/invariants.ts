import { env } from "cloudflare:workers";
import { ACCOUNTS, type AccountRow, checkAccounts } from "./account-invariants.ts";
import { allEnded, type Extent } from "./extent.ts";
import { MESSAGES, type Message, receiveMessages } from "./messages.ts";
import type { Model } from "./model.ts";
import { checkChallenges, checkLinks, checkLists } from "./secret-invariants.ts";
import { checkSessions } from "./session-invariants.ts";
import type { World } from "./world.ts";

/** Tries the recorded credentials, and compares what the service stores and sends with the model. */
export async function checkInvariants(model: Model, world: World, extent: Extent): Promise<void> {
  await checkStored(model, world);
  await allEnded([
    checkSessions(model, world, extent),
    checkLinks(model, world, extent),
    checkChallenges(model, world, extent),
    checkLists(model, world, extent),
  ]);
  // None of these requests may have changed or sent anything.
  if (extent === "all") await checkStored(model, world);
}

async function checkStored(model: Model, world: World): Promise<void> {
  const [messages, accounts] = await env.DB.batch([env.DB.prepare(MESSAGES), env.DB.prepare(ACCOUNTS)]);
  receiveMessages(model, world, (messages?.results ?? []) as Message[]);
  checkAccounts(model, (accounts?.results ?? []) as AccountRow[]);
}
