import { waitFor } from "../../scripts/shared/wait-for.ts";
import type { Workers } from "./start-workers.ts";

const PASSWORD = "a quiet lighthouse 7";
let userCount = 0;

export type SignedInUser = {
  token: string;
  refreshToken: string;
  user: { id: string; email: string };
};

/** Registers a user, verifies the address and signs in. Without `audience`, the token is for Gatehouse's own API. */
export async function signedInUser(workers: Workers, audience?: string): Promise<SignedInUser> {
  const email = `user-${++userCount}@example.com`;
  await workers.api("/api/auth/register", { email, password: PASSWORD, name: "Ada" });
  await workers.api("/api/auth/verify-email", { token: await mailedToken(workers, email) });
  return logIn(workers, email, audience);
}

export async function logIn(workers: Workers, email: string, audience?: string): Promise<SignedInUser> {
  return (await workers.api("/api/auth/login", { email, password: PASSWORD, audience })).data;
}

const mailedToken = (workers: Workers, email: string): Promise<string> =>
  waitFor(`a token mailed to ${email}`, async () => {
    const { messages } = await workers.api(`/dev/mailbox.json?to=${email}`);
    return /token=([\w-]+)/.exec(messages[0]?.text ?? "")?.[1];
  });
