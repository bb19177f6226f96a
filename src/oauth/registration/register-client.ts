import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Client } from "../clients/client.ts";
import { withDefaults } from "../clients/client-metadata.ts";
import { describeProblem } from "../clients/client-problems.ts";
import { newClientId } from "../clients/credentials.ts";
import { readRegistrationMetadata } from "../clients/registration-metadata.ts";
import { type ClientLimits, clientProblems } from "../clients/rules.ts";
import type { OAuthError } from "../oauth-error.ts";

/** Registrations of one day that were never used. More would fill the table, and the purge comes after 7 days. */
const MAX_UNUSED_PER_DAY = 2000;

export type RegisterClientDeps = {
  readonly clock: Clock;
  readonly settings: ClientLimits;
  readonly clients: {
    register(client: Client, limit: { readonly since: number; readonly max: number }): Promise<boolean>;
  };
};

/**
 * Dynamic Client Registration (RFC 7591): a public client with OpenID scopes and those of resources that allow dynamic
 * clients. Anyone may call it, so that the client is never first-party and gets no credentials.
 */
export async function registerClient(
  deps: RegisterClientDeps,
  json: unknown,
): Promise<Result<Client, OAuthError>> {
  const { settings } = deps;
  const read = readRegistrationMetadata(json, { resources: settings.resources, authMethods: ["none"] });
  if (!read.ok) {
    const error = read.error.field === "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata";
    return err({ error, description: read.error.description });
  }
  const metadata = withDefaults(read.value);
  const [problem] = clientProblems(metadata, settings);
  if (problem) {
    const error = problem.field === "redirectUris" ? "invalid_redirect_uri" : "invalid_client_metadata";
    return err({ error, description: describeProblem(problem) });
  }
  const now = deps.clock.now();
  const client: Client = {
    ...metadata,
    id: newClientId(),
    source: "registration",
    metadataExpiresAt: null,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
  };
  const isRegistered = await deps.clients.register(client, { since: now - DAY, max: MAX_UNUSED_PER_DAY });
  return isRegistered
    ? ok(client)
    : err({
        error: "temporarily_unavailable",
        description: "Too many clients have registered. Try again later.",
      });
}
