import { env } from "cloudflare:workers";
import { hashOneTimeToken, newOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";
import { CODE_CHALLENGE } from "./client-application.ts";

// Rows that a social login would write, for tests of later requests.

const accountId = "(SELECT id FROM accounts WHERE email = ?)";

/** Links a GitHub identity, or one of a GitHub Enterprise issuer, to the account with that address. Returns its id. */
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

/** Inserts an authorization code for that account, bound to VERIFIER, and links the identity that it depends on. */
export async function authorizationCodeFor(email: string, now: number): Promise<string> {
  await linkGitHub(email);
  const code = newOneTimeToken();
  await env.DB.prepare(
    `INSERT INTO authorization_codes (code_hash, account_id, provider, origin, code_challenge, created_at, expires_at) VALUES (?, ${accountId}, 'github', 'https://app.example.com', ?, ?, ?)`,
  )
    .bind(await hashOneTimeToken(code), email, CODE_CHALLENGE, now, now + 60_000)
    .run();
  return code;
}
