import type { Service } from "./service.ts";

export const PASSWORD = "a quiet lighthouse 7";

export type MailboxEntry = {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** The messages to one address in the development mailbox, newest first. */
export async function mailTo(service: Service, address: string): Promise<MailboxEntry[]> {
  const answer = await service.call("GET", `/dev/mailbox.json?to=${encodeURIComponent(address)}`);
  return (JSON.parse(answer.text) as { messages: MailboxEntry[] }).messages;
}

/** The token of the newest mail with a link to that address. */
export async function tokenMailedTo(service: Service, address: string): Promise<string> {
  for (const mail of await mailTo(service, address)) {
    const [, token] = /[?&]token=([\w-]+)/.exec(mail.text) ?? [];
    if (token) return token;
  }
  throw new Error(`no mail with a link to ${address}`);
}

/** The path and query of the link in the newest mail to that address. */
export async function linkMailedTo(service: Service, address: string): Promise<string> {
  const [mail] = await mailTo(service, address);
  const [, path] = /http:\/\/gatehouse\.test(\/\S+token=\S+)/.exec(mail?.text ?? "") ?? [];
  if (!path) throw new Error(`the newest mail to ${address} has no link`);
  return path;
}

let addresses = 0;

/** An email address that is unique within the test file. */
export const newAddress = (): string => `registrant-${++addresses}@example.com`;

export type Tokens = { readonly token: string; readonly refreshToken: string };

export async function register(service: Service, email = newAddress(), fields: object = {}) {
  const answer = await service.post("/register", { email, password: PASSWORD, name: "Ada", ...fields });
  return { email, answer };
}

/** Registers a user and verifies the email address. */
export async function registerVerifiedUser(
  service: Service,
  email = newAddress(),
): Promise<{ email: string }> {
  await register(service, email);
  await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
  return { email };
}

export async function logIn(service: Service, email: string, password = PASSWORD): Promise<Tokens> {
  const answer = await service.post("/login", { email, password });
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** Registers a verified user and logs in. */
export async function registerAndLogIn(service: Service): Promise<Tokens & { readonly email: string }> {
  const { email } = await registerVerifiedUser(service);
  return { email, ...(await logIn(service, email)) };
}
