import { env } from "cloudflare:workers";
import { insertFactor } from "./number-factor.ts";
import type { Service } from "./service.ts";
import { accountIdOf, registerVerifiedUser, signedInAs } from "./users.ts";

const HOUR = 3_600_000;

/** The default of FACTOR_REMOVAL_HOURS. */
export const WAITING_PERIOD = 72 * HOUR;

/** A user with an authenticator app, which they have lost. */
export async function userWithFactor(service: Service): Promise<{ email: string; id: string }> {
  const { email } = await registerVerifiedUser(service);
  await insertFactor(email, "totp", null);
  return { email, id: await accountIdOf(email) };
}

/** Requests the removal of the user's factors as an admin. */
export async function requestRemoval(service: Service, id: string) {
  const { token } = await signedInAs(service, "admin");
  const answer = await service.call("DELETE", `/api/auth/users/${id}/factors`, undefined, token);
  if (answer.status !== 200) throw new Error(`DELETE factors answered ${answer.status}: ${answer.text}`);
  return { token, dueAt: Date.parse(answer.body.data.dueAt) };
}

export const factorsOf = (id: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM factors WHERE account_id = ?").bind(id).first<number>("n");

export const removalsOf = (id: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM factor_removals WHERE account_id = ?")
    .bind(id)
    .first<number>("n");

/** The types of the events about the account that start with `factor`. */
export async function removalEventsOf(id: string): Promise<string[]> {
  const query =
    "SELECT type FROM audit_events WHERE account_id = ? AND type LIKE 'factor%' ORDER BY at, rowid";
  const { results } = await env.DB.prepare(query).bind(id).all<{ type: string }>();
  return results.map(({ type }) => type);
}

export const EVERY_MINUTE = "* * * * *";
