import type { Clock } from "../../src/core/clock.ts";

/** What the database holds under one root secret, which is known by its public name. */
export type Dependents = {
  readonly root: string;
  /** Whether the newest signing key is sealed by it: within an hour of a rotation, that is the current one. */
  readonly isCurrent: boolean;
  readonly passwords: number;
  readonly signingKeys: number;
  readonly messages: number;
  readonly socialRounds: number;
};

export type SecretsReport = {
  readonly roots: readonly Dependents[];
  /** Live sessions whose refresh token is from before a rotation have this at the earliest; null without sessions. */
  readonly oldestRefresh: number | null;
};

type Deps = { readonly d1: D1Database; readonly clock: Clock };
type Row = { readonly root: string; readonly count: number };

const NAME_LENGTH = 8;

// Each stored value says which root it is under: docs/rotation.md.
const questions = {
  passwords: `SELECT substr(password_hash, instr(password_hash, ',k=') + 3, ${NAME_LENGTH}) AS root, COUNT(*) AS count
    FROM accounts WHERE password_hash IS NOT NULL AND ?1 IS NOT NULL GROUP BY 1`,
  signingKeys:
    "SELECT sealed_by AS root, COUNT(*) AS count FROM signing_keys WHERE ?1 IS NOT NULL GROUP BY 1",
  messages: `SELECT substr(sealed, 1, ${NAME_LENGTH}) AS root, COUNT(*) AS count
    FROM outbox WHERE state = 'queued' AND expires_at > ?1 GROUP BY 1`,
  socialRounds: `SELECT root_id AS root, COUNT(*) AS count
    FROM oauth_transactions WHERE expires_at > ?1 GROUP BY 1`,
};

/** Counts what depends on each root secret, so that an earlier one is taken away when nothing does. */
export async function readSecrets({ d1, clock }: Deps): Promise<SecretsReport> {
  const now = clock.now();
  const ask = async (sql: string): Promise<Map<string, number>> => {
    const { results } = await d1.prepare(sql).bind(now).all<Row>();
    return new Map(results.map(({ root, count }) => [root, count]));
  };
  const passwords = await ask(questions.passwords);
  const signingKeys = await ask(questions.signingKeys);
  const messages = await ask(questions.messages);
  const socialRounds = await ask(questions.socialRounds);
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
  const names = [passwords, signingKeys, messages, socialRounds].flatMap((counts) => [...counts.keys()]);
  const roots = [...new Set(names)].map((root) => ({
    root,
    isCurrent: root === newest?.root,
    passwords: passwords.get(root) ?? 0,
    signingKeys: signingKeys.get(root) ?? 0,
    messages: messages.get(root) ?? 0,
    socialRounds: socialRounds.get(root) ?? 0,
  }));
  return {
    roots: roots.toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
    oldestRefresh: oldest?.at ?? null,
  };
}

/** The same as lines for a terminal. */
export function describeSecrets({ roots, oldestRefresh }: SecretsReport): string {
  const lines = roots.map(
    ({ root, isCurrent, passwords, signingKeys, messages, socialRounds }) =>
      `${root} (${isCurrent ? "current" : "earlier"}): ${passwords} passwords, ${signingKeys} signing keys, ` +
      `${messages} waiting messages, ${socialRounds} sign-ins at providers`,
  );
  const sessions =
    oldestRefresh === null
      ? "Nobody is signed in."
      : `Every live session has been opened or refreshed since ${new Date(oldestRefresh).toISOString()}.`;
  return [...(lines.length > 0 ? lines : ["Nothing depends on any secret yet."]), sessions].join("\n");
}
