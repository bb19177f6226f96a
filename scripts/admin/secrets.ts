import type { Clock } from "../../src/core/clock.ts";

/** The data that depends on one root secret. `root` is the secret's public id. */
export type Dependents = {
  readonly root: string;
  /** Whether it sealed the newest signing key. A rotation updates that within an hour. */
  readonly isCurrent: boolean;
  readonly passwords: number;
  readonly signingKeys: number;
  readonly messages: number;
  readonly oauthTransactions: number;
  readonly authenticators: number;
  /** Unused ones. */
  readonly recoveryCodes: number;
};

export type SecretsReport = {
  readonly roots: readonly Dependents[];
  /** The earliest refresh (ms) of a live session. Later than a rotation: no refresh token depends on the earlier secret. */
  readonly oldestRefresh: number | null;
};

type Deps = { readonly d1: D1Database; readonly clock: Clock };
type Row = { readonly root: string; readonly count: number };

const NAME_LENGTH = 8;

// Each stored value contains the id of its root secret: docs/rotation.md.
const queries = {
  passwords: `SELECT substr(password_hash, instr(password_hash, ',k=') + 3, ${NAME_LENGTH}) AS root, COUNT(*) AS count
    FROM accounts WHERE password_hash IS NOT NULL AND ?1 IS NOT NULL GROUP BY 1`,
  signingKeys:
    "SELECT sealed_by AS root, COUNT(*) AS count FROM signing_keys WHERE ?1 IS NOT NULL GROUP BY 1",
  messages: `SELECT substr(sealed, 1, ${NAME_LENGTH}) AS root, COUNT(*) AS count
    FROM outbox WHERE state = 'queued' AND expires_at > ?1 GROUP BY 1`,
  oauthTransactions: `SELECT root_id AS root, COUNT(*) AS count
    FROM oauth_transactions WHERE expires_at > ?1 GROUP BY 1`,
  authenticators: `SELECT substr(secret, 1, ${NAME_LENGTH}) AS root, COUNT(*) AS count
    FROM factors WHERE kind = 'totp' AND ?1 IS NOT NULL GROUP BY 1`,
  recoveryCodes: `SELECT substr(code_hash, 1, ${NAME_LENGTH}) AS root, COUNT(*) AS count
    FROM recovery_codes WHERE used_at IS NULL AND ?1 IS NOT NULL GROUP BY 1`,
};

/** Counts the data that depends on each root secret. An earlier secret without any can be removed. */
export async function readSecrets({ d1, clock }: Deps): Promise<SecretsReport> {
  const now = clock.now();
  const countByRoot = async (sql: string): Promise<Map<string, number>> => {
    const { results } = await d1.prepare(sql).bind(now).all<Row>();
    return new Map(results.map(({ root, count }) => [root, count]));
  };
  const passwords = await countByRoot(queries.passwords);
  const signingKeys = await countByRoot(queries.signingKeys);
  const messages = await countByRoot(queries.messages);
  const oauthTransactions = await countByRoot(queries.oauthTransactions);
  const authenticators = await countByRoot(queries.authenticators);
  const recoveryCodes = await countByRoot(queries.recoveryCodes);
  const newest = await d1
    .prepare("SELECT sealed_by AS root FROM signing_keys ORDER BY created_at DESC LIMIT 1")
    .first<{ root: string }>();
  const oldest = await d1
    .prepare(
      `SELECT MIN(rotated_at) AS at FROM sessions
       WHERE revoked_at IS NULL AND idle_expires_at > ?1 AND expires_at > ?1`,
    )
    .bind(now)
    .first<{ at: number | null }>();
  const all = [passwords, signingKeys, messages, oauthTransactions, authenticators, recoveryCodes];
  const ids = all.flatMap((counts) => [...counts.keys()]);
  const roots = [...new Set(ids)].map((root) => ({
    root,
    isCurrent: root === newest?.root,
    passwords: passwords.get(root) ?? 0,
    signingKeys: signingKeys.get(root) ?? 0,
    messages: messages.get(root) ?? 0,
    oauthTransactions: oauthTransactions.get(root) ?? 0,
    authenticators: authenticators.get(root) ?? 0,
    recoveryCodes: recoveryCodes.get(root) ?? 0,
  }));
  return {
    roots: roots.toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
    oldestRefresh: oldest?.at ?? null,
  };
}

/** Formats the report as lines for a terminal. */
export function describeSecrets({ roots, oldestRefresh }: SecretsReport): string {
  const lines = roots.map(
    ({ root, isCurrent, ...counts }) =>
      `${root} (${isCurrent ? "current" : "earlier"}): ${counts.passwords} passwords, ` +
      `${counts.signingKeys} signing keys, ${counts.messages} queued messages, ` +
      `${counts.oauthTransactions} pending social logins, ${counts.authenticators} authenticators, ` +
      `${counts.recoveryCodes} recovery codes`,
  );
  const sessions =
    oldestRefresh === null
      ? "There is no live session."
      : `Every live session was created or refreshed after ${new Date(oldestRefresh).toISOString()}.`;
  return [...(lines.length > 0 ? lines : ["No data depends on a secret yet."]), sessions].join("\n");
}
