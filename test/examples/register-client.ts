import { createHash } from "node:crypto";

export const CLIENT_SECRET = "a client secret of the tests";

type NewClient = {
  readonly id: string;
  readonly secret: string;
  readonly origins: readonly string[];
  readonly resource: string;
};

/** Inserts a confidential client of the operator's team, whose users see no consent page on https. */
export async function registerClient(
  db: D1Database,
  { id, secret, origins, resource }: NewClient,
): Promise<void> {
  const list = (...items: readonly string[]) => JSON.stringify(items);
  await db
    .prepare(
      `INSERT INTO oauth_clients (id, name, type, auth_method, redirect_uris, post_logout_redirect_uris, grant_types,
        resources, scopes, is_first_party, source, created_at, updated_at)
      VALUES (?, 'Notes', 'confidential', 'client_secret_basic', ?, ?, ?, ?, ?, 1, 'admin', 0, 0)`,
    )
    .bind(
      id,
      list(...origins.map((origin) => `${origin}/signed-in`)),
      list(...origins.map((origin) => `${origin}/`)),
      list("authorization_code", "refresh_token"),
      list(resource),
      list("openid", "profile", "email"),
    )
    .run();
  await db
    .prepare("INSERT INTO oauth_client_secrets (id, client_id, secret_hash, created_at) VALUES (?, ?, ?, 0)")
    .bind(`secret-${id}`, id, createHash("sha256").update(secret).digest("base64url"))
    .run();
}
