import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import type { Role } from "../../src/accounts/account.ts";
import type { Service } from "./service.ts";
import { logIn, member, newAddress } from "./users.ts";

export type SignedIn = { readonly id: string; readonly email: string; readonly token: string };

/** Somebody of that role who has just signed in. */
export async function signedInAs(service: Service, role: Role, email = newAddress()): Promise<SignedIn> {
  await member(service, email);
  await env.DB.prepare("UPDATE accounts SET role = ? WHERE email = ?").bind(role, email).run();
  const { token } = await logIn(service, email);
  return { id: decodeJwt(token).sub as string, email, token };
}

/** The id of whoever has that address. */
export async function idOf(email: string): Promise<string> {
  const row = await env.DB.prepare("SELECT id FROM accounts WHERE email = ?")
    .bind(email)
    .first<{ id: string }>();
  if (!row) throw new Error(`nobody has ${email}`);
  return row.id;
}

/** Calls of the service to `/api/auth/users` in somebody's name. */
export const actingAs = (service: Service, { token }: Pick<SignedIn, "token">) => ({
  call: (method: string, path: string, body?: unknown) =>
    service.call(method, `/api/auth/users${path}`, body, token),
});

/** How many active superusers there are. */
export async function activeSuperusers(): Promise<number> {
  const query = "SELECT count(*) AS n FROM accounts WHERE role = 'superuser' AND status = 'active'";
  return (await env.DB.prepare(query).first<{ n: number }>())?.n ?? -1;
}
