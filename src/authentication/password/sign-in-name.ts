import { usernameKey } from "../../accounts/account.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { PasswordStore } from "./store.ts";

/** What a user signs in as. A username has no "@", so it is never an address. */
export type SignInName = { readonly email: EmailAddress } | { readonly username: string };

export type SignInNameDeps = { readonly passwords: Pick<PasswordStore, "findEmailKey"> };

/**
 * The email key that the sign-in is evaluated and counted for. The name and the address of an account have the same one,
 * so that both together give no more attempts than one. An unknown name has a key of its own, and costs the same work.
 */
export async function emailKeyOf(deps: SignInNameDeps, name: SignInName): Promise<string> {
  if ("email" in name) return name.email.key;
  const key = usernameKey(name.username);
  return (await deps.passwords.findEmailKey(key)) ?? `username:${key}`;
}
