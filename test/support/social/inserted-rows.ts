import { env } from "cloudflare:workers";
import { hashOneTimeToken, newOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";
import { CHALLENGE } from "./app.ts";

// What a sign-in at a provider leaves, for tests of what comes after it.

const accountId = "(SELECT id FROM accounts WHERE email = ?)";

/** Gives the account under that address an identity at GitHub, or at the server of that issuer: its id there. */
export async function linkGitHub(email: string, issuer?: string): Promise<number> {
  const id = 1_000_000 + Math.floor(Math.random() * 1e9);
  const subject = issuer === undefined ? String(id) : `${issuer}#${id}`;
  await env.DB.prepare(
    `INSERT INTO identities (id, provider, subject, account_id, email, created_at, last_used_at) VALUES (?, 'github', ?, ${accountId}, ?, 0, 0)`,
  )
    .bind(crypto.randomUUID(), subject, email, email)
    .run();
  return id;
}

/** A code that an app got for that account, whose identity it links, and bound to its VERIFIER. */
export async function authorizationCodeFor(email: string, now: number): Promise<string> {
  await linkGitHub(email);
  const code = newOneTimeToken();
  await env.DB.prepare(
    `INSERT INTO authorization_codes (code_hash, account_id, provider, origin, code_challenge, created_at, expires_at) VALUES (?, ${accountId}, 'github', 'https://app.example.com', ?, ?, ?)`,
  )
    .bind(await hashOneTimeToken(code), email, CHALLENGE, now, now + 60_000)
    .run();
  return code;
}
