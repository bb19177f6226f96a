import { processRefreshTokenResponse, refreshTokenGrantRequest } from "oauth4webapi";
import { resourceOf } from "./exchange-code.ts";
import { authenticationOf, type OAuthClient, registrationOf, requestOptions } from "./oauth-client.ts";
import { type OAuthFailure, orFailure } from "./oauth-failure.ts";
import { findServerMetadata } from "./server-metadata.ts";
import { type TokenSet, tokenSetOf } from "./token-set.ts";

/**
 * Exchanges a refresh token for new tokens. Concurrent requests may all do so with the same token: for ten seconds
 * Gatehouse returns each the same successor.
 */
export const refreshTokens = (
  client: OAuthClient,
  refreshToken: string,
  headers?: Record<string, string>,
): Promise<TokenSet | OAuthFailure> =>
  orFailure(async () => {
    const server = await findServerMetadata(client);
    const registration = registrationOf(client);
    const response = await refreshTokenGrantRequest(
      server,
      registration,
      authenticationOf(client),
      refreshToken,
      { ...requestOptions(client), headers, additionalParameters: resourceOf(client) },
    );
    const tokens = tokenSetOf(await processRefreshTokenResponse(server, registration, response));
    // RFC 6749 §6: without a new refresh token, the old one stays valid.
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
  });
