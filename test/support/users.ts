import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import type { Role } from "../../src/accounts/account.ts";
import { tinyPng } from "./image-parts.ts";
import { insertVerifiedUser, type NewUser, PASSWORD } from "./inserted-users.ts";
import type { Service } from "./service.ts";

export { PASSWORD };

export type MailboxEntry = {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** The messages to exactly this address in the development mailbox, which also finds its variants, newest first. */
export async function mailTo(service: Service, address: string): Promise<MailboxEntry[]> {
  const answer = await service.call("GET", `/dev/mailbox.json?to=${encodeURIComponent(address)}`);
  const { messages } = JSON.parse(answer.text) as { messages: MailboxEntry[] };
  return messages.filter(({ to }) => to === address);
}

/** The subjects of the mails to one address, newest first. */
export const subjectsTo = async (service: Service, address: string): Promise<string[]> =>
  (await mailTo(service, address)).map(({ subject }) => subject);

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

/** Registers a user and verifies the email address, by requests. For tests of registration and of its messages. */
export async function registerAndVerify(
  service: Service,
  email = newAddress(),
  fields: object = {},
): Promise<{ email: string }> {
  await register(service, email, fields);
  const answer = await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
  if (answer.status !== 200) throw new Error(`verification answered ${answer.status}: ${answer.text}`);
  return { email };
}

/** A user with a verified address. The rows are inserted, so there are no messages. */
export async function registerVerifiedUser(
  service: Service,
  email = newAddress(),
  fields: NewUser = {},
): Promise<{ email: string }> {
  await insertVerifiedUser(service, email, fields);
  return { email };
}

export async function logIn(service: Service, email: string, password = PASSWORD): Promise<Tokens> {
  const answer = await service.post("/login", { email, password });
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** Registers a user, verifies the email address and logs in, by requests. */
export async function registerVerifyAndLogIn(service: Service): Promise<Tokens & { readonly email: string }> {
  const { email } = await registerAndVerify(service);
  return { email, ...(await logIn(service, email)) };
}

/** A user with a verified address who has logged in. */
export async function registerAndLogIn(service: Service): Promise<Tokens & { readonly email: string }> {
  const { email } = await registerVerifiedUser(service);
  return { email, ...(await logIn(service, email)) };
}

export type SignedIn = { readonly id: string; readonly email: string; readonly token: string };

/** A user of that role who has logged in. */
export async function signedInAs(service: Service, role: Role, email = newAddress()): Promise<SignedIn> {
  await registerVerifiedUser(service, email, { role });
  const { token } = await logIn(service, email);
  return { id: decodeJwt(token).sub as string, email, token };
}

/** The id of the account with that email address. */
export async function accountIdOf(email: string): Promise<string> {
  const row = await env.DB.prepare("SELECT id FROM accounts WHERE email = ?")
    .bind(email)
    .first<{ id: string }>();
  if (!row) throw new Error(`no account has the email address ${email}`);
  return row.id;
}

/** Calls `/api/auth/users` with the access token of that user. */
export const usersApiAs = (service: Service, { token }: Pick<SignedIn, "token">) => ({
  call: (method: string, path: string, body?: unknown) =>
    service.call(method, `/api/auth/users${path}`, body, token),
});

/** The number of active superusers in D1. */
export async function countActiveSuperusers(): Promise<number> {
  const query = "SELECT count(*) AS n FROM accounts WHERE role = 'superuser' AND status = 'active'";
  return (await env.DB.prepare(query).first<{ n: number }>())?.n ?? -1;
}

const IMAGE = { "Content-Type": "image/png" };

/** Invites a user, performs every admin operation on the account as `superuser` and deletes it. Returns its id. */
export async function administeredUser(service: Service, superuser: SignedIn): Promise<string> {
  const email = newAddress();
  const { call } = usersApiAs(service, superuser);
  const { id } = (await call("POST", "", { email, name: "Grace" })).body.data;
  await service.post("/reset-password", {
    token: await tokenMailedTo(service, email),
    newPassword: PASSWORD,
  });
  const callAvatar = (method: string, path: string, token: string) =>
    service.call(method, `/api/auth${path}`, method === "PUT" ? tinyPng : undefined, token, IMAGE);
  await callAvatar("PUT", "/me/avatar", (await logIn(service, email)).token);
  await callAvatar("PUT", `/users/${id}/avatar`, superuser.token);
  await callAvatar("DELETE", `/users/${id}/avatar`, superuser.token);
  for (const [method, path, body] of [
    ["GET", ""],
    ["PATCH", "", { lastName: "Hopper", username: `grace.${id.slice(0, 8)}` }],
    ["PUT", "/role", { role: "admin" }],
    ["PUT", "/role", { role: "user" }],
    ["POST", "/unlock"],
    ["DELETE", "/sessions"],
    ["POST", "/reset-password"],
    ["POST", "/deactivate"],
    ["POST", "/activate"],
    ["POST", "/deactivate"],
    ["DELETE", ""],
  ] as const) {
    const answer = await call(method, `/${id}${path}`, body);
    if (answer.status !== 200) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  }
  return id;
}
