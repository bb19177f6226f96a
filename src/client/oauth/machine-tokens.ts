import { clientCredentialsGrantRequest, processClientCredentialsResponse } from "oauth4webapi";
import { clock } from "../clock.ts";
import {
  authenticationOf,
  type OAuthClient,
  registrationOf,
  requestOptions,
  requireClient,
} from "./oauth-client.ts";
import { oauthFailure } from "./oauth-failure.ts";
import { findServerMetadata } from "./server-metadata.ts";

/** A confidential client that acts for itself. */
export type MachineClient = OAuthClient & {
  readonly clientSecret: string;
  readonly resource: string;
  readonly scopes: readonly string[];
};

export type MachineTokens = {
  /** An access token, cached until shortly before it expires. Rejects if Gatehouse does not answer or refuses. */
  accessToken(): Promise<string>;
};

/** Milliseconds before its expiry at which a token is replaced. */
const MARGIN_MS = 30_000;

type Cached = { readonly accessToken: string; readonly expiresAt: number };

/** Access tokens of a program without a user (client credentials, RFC 6749 §4.4). Create it once. */
export function machineTokens(client: MachineClient): MachineTokens {
  requireClient(client);
  let cached: Cached | null = null;
  return {
    async accessToken() {
      if (cached === null || cached.expiresAt - MARGIN_MS <= clock.now()) cached = await requestToken(client);
      return cached.accessToken;
    },
  };
}

async function requestToken(client: MachineClient): Promise<Cached> {
  try {
    const server = await findServerMetadata(client);
    const registration = registrationOf(client);
    const response = await clientCredentialsGrantRequest(
      server,
      registration,
      authenticationOf(client),
      { scope: client.scopes.join(" "), resource: client.resource },
      requestOptions(client),
    );
    const tokens = await processClientCredentialsResponse(server, registration, response);
    const lifetime = (tokens.expires_in ?? 0) * 1000;
    return { accessToken: tokens.access_token, expiresAt: clock.now() + lifetime };
  } catch (cause) {
    const failure = oauthFailure(cause);
    const reason = "error" in failure ? failure.error : failure.reason;
    throw new Error(`Gatehouse issued no token: ${reason}.`, { cause });
  }
}
