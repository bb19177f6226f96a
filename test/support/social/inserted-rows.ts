import { env } from "cloudflare:workers";

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
