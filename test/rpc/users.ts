import { waitFor } from "../../scripts/shared/wait-for.ts";
import type { House } from "./test-server.ts";

const PASSWORD = "a quiet lighthouse 7";
let people = 0;

export type SignedIn = { token: string; refreshToken: string; user: { id: string; email: string } };

/** Somebody who has just signed in, for that audience or the first. */
export async function signedIn(house: House, audience?: string): Promise<SignedIn> {
  const email = `person-${++people}@example.com`;
  await house.api("/api/auth/register", { email, password: PASSWORD, name: "Ada" });
  await house.api("/api/auth/verify-email", { token: await mailedTo(house, email) });
  return logIn(house, email, audience);
}

export async function logIn(house: House, email: string, audience?: string): Promise<SignedIn> {
  return (await house.api("/api/auth/login", { email, password: PASSWORD, audience })).data;
}

const mailedTo = (house: House, email: string): Promise<string> =>
  waitFor(`a token mailed to ${email}`, async () => {
    const { messages } = await house.api(`/dev/mailbox.json?to=${email}`);
    return /token=([\w-]+)/.exec(messages[0]?.text ?? "")?.[1];
  });
