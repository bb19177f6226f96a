import { inject } from "vitest";
import { waitFor } from "../../../scripts/shared/wait-for.ts";

export const PASSWORD = "a quiet lighthouse 7";

export type User = { readonly id: string; readonly email: string; readonly password: string };

export type Mail = { readonly subject: string; readonly text: string };

const url = (path: string): string => `${inject("clientsService").issuer}${path}`;

async function post(path: string, body: object): Promise<Record<string, never>> {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(url(`/api/auth${path}`), {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { data: Record<string, never> }).data;
}

/** Mails to an address, the newest first. */
export async function mailsTo({ email }: Pick<User, "email">): Promise<readonly Mail[]> {
  const response = await fetch(url(`/dev/mailbox.json?to=${encodeURIComponent(email)}`));
  return ((await response.json()) as { messages: Mail[] }).messages;
}

/** The first mail to the user that matches. */
export const mailTo = (user: Pick<User, "email">, matches: (mail: Mail) => boolean): Promise<Mail> =>
  waitFor(`a mail to ${user.email}`, async () => (await mailsTo(user)).find(matches));

/** A user with a verified address, who has signed in nowhere. */
export async function newUser(name = "Ada"): Promise<User> {
  const email = `user-${crypto.randomUUID().slice(0, 13)}@example.com`;
  await post("/register", { email, password: PASSWORD, name });
  const { text } = await mailTo({ email }, (mail) => mail.text.includes("token="));
  await post("/verify-email", { token: /token=([\w-]+)/.exec(text)?.[1] });
  const { user } = (await post("/login", { email, password: PASSWORD })) as { user?: { id: string } };
  return { id: user?.id ?? "", email, password: PASSWORD };
}
