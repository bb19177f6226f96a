import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import type { Role } from "../../src/accounts/account.ts";
import type { Service } from "./service.ts";
import { logIn, newAddress, registerVerifiedUser } from "./users.ts";

export type SignedIn = { readonly id: string; readonly email: string; readonly token: string };

/** Registers a user, grants the role and logs in. */
export async function signedInAs(service: Service, role: Role, email = newAddress()): Promise<SignedIn> {
  await registerVerifiedUser(service, email);
  await env.DB.prepare("UPDATE accounts SET role = ? WHERE email = ?").bind(role, email).run();
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
