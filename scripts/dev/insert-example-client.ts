import { EXAMPLE_CLIENT } from "../../test/browser/support/example-client.ts";
import { withLocalPlatform } from "../shared/local-platform.ts";

/** Inserts the client into the local database of a running service. */
export const insertExampleClient = (options: { readonly config: string; readonly persistTo: string }) =>
  withLocalPlatform({ ...options, envFiles: [] }, async ({ db }) => {
    const now = Date.now();
    await db
      .prepare(
        `INSERT INTO oauth_clients (id, name, client_uri, type, auth_method, redirect_uris, post_logout_redirect_uris,
           grant_types, resources, scopes, source, created_at, updated_at)
         VALUES (?, ?, 'https://app.example.com', 'public', 'none', ?, '[]', ?, '[]', ?, 'admin', ?, ?)`,
      )
      .bind(
        EXAMPLE_CLIENT.id,
        EXAMPLE_CLIENT.name,
        JSON.stringify([`http://127.0.0.1${EXAMPLE_CLIENT.path}`]),
        '["authorization_code","refresh_token"]',
        '["openid","profile","email","offline_access"]',
        now,
        now,
      )
      .run();
  });
