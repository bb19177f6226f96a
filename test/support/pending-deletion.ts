import { env } from "cloudflare:workers";
import type { Service } from "./service.ts";
import { accountIdOf, logIn, registerAndLogIn } from "./users.ts";

const HOUR = 60 * 60 * 1000;

/** Sets when an account is erased, without the end of its sessions. */
export const setDeletionDue = ({ clock }: Pick<Service, "clock">, id: string, after = HOUR) =>
  env.DB.prepare("UPDATE accounts SET deletion_due_at = ? WHERE id = ?")
    .bind(clock.now() + after, id)
    .run();

/** A user who has requested the deletion, and has signed in since. */
export async function pendingUser(service: Service) {
  const { email, token } = await registerAndLogIn(service);
  const answer = await service.call("DELETE", "/api/auth/me", undefined, token);
  if (answer.status !== 200) throw new Error(`deletion answered ${answer.status}: ${answer.text}`);
  return { email, id: await accountIdOf(email), earlier: token, ...(await logIn(service, email)) };
}
