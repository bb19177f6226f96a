import type { JWTPayload } from "jose";
import {
  type AuthorizationServer,
  type ClientAuth,
  processUserInfoResponse,
  userInfoRequest,
} from "oauth4webapi";
import { HOUR, SECOND } from "../../../core/clock.ts";
import { hashOneTimeToken } from "../../../core/crypto/one-time-token.ts";
import { authenticatedAt, demandNewSignIn } from "./auth-time.ts";
import { clientSecretAuth } from "./client-authentication.ts";
import type { ClientSettings } from "./client-settings.ts";
import {
  buildAuthorizationUrl,
  CLOCK_TOLERANCE,
  type ProviderDeps,
  requestOptions,
  requestTokens,
  toResult,
} from "./code-flow.ts";
import { type Discovery, discover } from "./discovery.ts";
import { type EmailClaim, emailTrustOf } from "./email-trust.ts";
import { type TokenIssuers, verifyIdToken } from "./id-token.ts";
import { parseProfile, withIssuer } from "./parse-profile.ts";
import type { OAuthTransaction, Profile, SocialProvider, VerifiedToken } from "./provider.ts";
import { createProviderFetch, type ProviderFetch, Refused } from "./provider-fetch.ts";
import { revocationEndpoint, revocationFailure, revokeRefreshToken } from "./revoke-token.ts";

/** Seconds. The token of a client application has no nonce of this service, so its age limits replay. */
const MAX_TOKEN_AGE = HOUR / SECOND;

export type Claims = Readonly<Record<string, unknown>>;

/** Differences between providers. */
export type OpenIdOptions = {
  /** By default the document of the issuer. */
  readonly discovery?: Discovery;
  /** For a provider whose ID tokens do not all name the issuer of the discovery document. */
  readonly issuers?: TokenIssuers;
  /** By default the client secret, in the way that discovery says. */
  readonly clientAuth?: (server: AuthorizationServer) => ClientAuth | Promise<ClientAuth>;
  readonly scope?: string;
  /** Sets further parameters of the authorization request. */
  readonly prepareUrl?: (url: URL) => void;
  readonly usesPkce?: boolean;
  /** False: the provider ignores the nonce, and its ID token has none. */
  readonly usesNonce?: boolean;
  readonly usesFormPost?: true;
  /** Whether an ID token without an address is completed by the userinfo endpoint (Core 1.0 §5.4). */
  readonly usesUserInfo?: boolean;
  readonly forNativeClients?: boolean;
  /** Whether the provider supports `prompt=login` and `max_age`. Otherwise a session of its own is always enough. */
  readonly provesSignIn?: boolean;
  /** What the claims say about the address. By default `email_verified` decides. */
  readonly emailClaimOf?: (claims: Claims) => EmailClaim;
  /** The name of a user. By default the claim `name`; `response` has the parameters of the authorization response. */
  readonly nameOf?: (claims: Claims, response: URLSearchParams) => unknown;
};

const ANY_SIGN_IN = { newSignInSince: null };

/** An OpenID Connect provider, configured by discovery. */
export function createOpenIdProvider(
  settings: Pick<ClientSettings, "clientId" | "clientSecret" | "issuer" | "name" | "email">,
  deps: ProviderDeps,
  options: OpenIdOptions = {},
): SocialProvider {
  const { clock, timeout } = deps;
  const { clientId, clientSecret } = settings;
  const {
    discovery = { base: settings.issuer },
    issuers,
    clientAuth = (server) => clientSecretAuth(server, clientSecret),
    scope = "openid email profile",
    usesPkce,
    usesNonce = true,
    usesUserInfo = true,
    forNativeClients = false,
    provesSignIn = true,
    emailClaimOf = emailClaim,
    nameOf = ({ name }) => name,
  } = options;
  const demandOf = (transaction: OAuthTransaction) => (provesSignIn ? transaction : ANY_SIGN_IN);
  const profileOf = (claims: Claims, issuer = "", response = new URLSearchParams()): Profile => {
    const emailTrust = emailTrustOf(settings.email, emailClaimOf(claims));
    const { sub: subject, email } = claims;
    // Core 1.0 §2: a subject is unique only within its issuer.
    return withIssuer(issuer, parseProfile({ subject, email, emailTrust, name: nameOf(claims, response) }));
  };
  return {
    name: settings.name,
    tokenKind: "id_token",
    ...(options.usesFormPost && { usesFormPost: true }),
    authorizationUrl: (transaction) =>
      toResult(deps, async () => {
        const server = await discover(createProviderFetch(timeout), discovery, deps);
        const url = await buildAuthorizationUrl(server, settings, scope, transaction, { usesPkce });
        if (usesNonce) url.searchParams.set("nonce", transaction.nonce);
        demandNewSignIn(url, demandOf(transaction));
        options.prepareUrl?.(url);
        return url.href;
      }),
    exchangeCode: (response, transaction) =>
      toResult(deps, async () => {
        const providerFetch = createProviderFetch(timeout);
        const server = await discover(providerFetch, discovery, deps);
        let claims: JWTPayload = {};
        // Before the library validates the response: a forged ID token is a refusal, not a provider error.
        const checkResponse = async ({ id_token }: { readonly id_token?: unknown }) => {
          if (typeof id_token !== "string") return;
          claims = await verifyIdToken(providerFetch, server, clientId, deps, id_token, { issuers });
          if (usesNonce && claims.nonce !== transaction.nonce) throw new Refused();
        };
        const tokens = await requestTokens(providerFetch, clock, {
          ...{ server, settings, transaction, usesPkce, checkResponse },
          callback: issuers ? withoutIssuer(response) : response,
          clientAuth: await clientAuth(server),
          nonce: usesNonce ? transaction.nonce : undefined,
          requiresIdToken: true,
          tokenIssuer: () => claims.iss ?? server.issuer,
        });
        const stated = response.get("iss");
        if (issuers && stated !== null && stated !== claims.iss) throw new Refused();
        const at = authenticatedAt(claims, demandOf(transaction));
        const refreshToken = revocationEndpoint(server) === null ? undefined : tokens.refresh_token;
        const isComplete = "email" in claims || server.userinfo_endpoint === undefined || !usesUserInfo;
        const user = isComplete
          ? claims
          : await readUserInfo(providerFetch, server, clientId, tokens.access_token, claims);
        return { ...profileOf(user, claims.iss, response), authenticatedAt: at, refreshToken };
      }),
    revokeToken: async (token) => {
      try {
        const providerFetch = createProviderFetch(timeout);
        const server = await discover(providerFetch, discovery, deps);
        return await revokeRefreshToken(providerFetch, server, clientId, await clientAuth(server), token);
      } catch (cause) {
        return revocationFailure(cause);
      }
    },
    verifyToken: ({ token, nonce }) =>
      toResult(deps, async (): Promise<VerifiedToken> => {
        const providerFetch = createProviderFetch(timeout);
        const server = await discover(providerFetch, discovery, deps);
        const checks = { maxTokenAge: MAX_TOKEN_AGE, forNativeClients, issuers };
        const claims = await verifyIdToken(providerFetch, server, clientId, deps, token, checks);
        if (nonce !== undefined && claims.nonce !== nonce) throw new Refused();
        const acceptedUntil = (claims.iat ?? 0) + MAX_TOKEN_AGE;
        const expiresAt = (Math.min(claims.exp ?? 0, acceptedUntil) + CLOCK_TOLERANCE + 1) * SECOND;
        // The signed part: the bytes of a signature can be changed without making it invalid.
        const tokenHash = await hashOneTimeToken(token.slice(0, token.lastIndexOf(".")));
        const profile = {
          ...profileOf(claims, claims.iss),
          authenticatedAt: authenticatedAt(claims, ANY_SIGN_IN),
        };
        return { profile, idToken: { tokenHash, expiresAt } };
      }),
  };
}

/** The library knows one issuer. That of a response is compared with the ID token instead (RFC 9207 §2.4). */
function withoutIssuer(response: URLSearchParams): URLSearchParams {
  const others = new URLSearchParams(response);
  others.delete("iss");
  return others;
}

/** Some providers send a string. Every other value than true means unverified. */
export function emailClaim({ email, email_verified: claim }: Claims): EmailClaim {
  return { email, verified: claim === undefined ? "unstated" : claim === true || claim === "true" };
}

/** Reads the userinfo endpoint: an ID token may omit the email address (Core 1.0 §5.4). */
async function readUserInfo(
  providerFetch: ProviderFetch,
  server: AuthorizationServer,
  clientId: string,
  accessToken: string,
  claims: JWTPayload,
) {
  const client = { client_id: clientId };
  const options = requestOptions(providerFetch, server.issuer);
  const response = await userInfoRequest(server, client, accessToken, options);
  return processUserInfoResponse(server, client, claims.sub ?? "", response);
}
