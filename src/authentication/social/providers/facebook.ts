import { ClientSecretPost } from "oauth4webapi";
import { utf8 } from "../../../core/crypto/encoding.ts";
import type { ClientSettings } from "./client-settings.ts";
import { buildAuthorizationUrl, type ProviderDeps, requestTokens, toResult } from "./code-flow.ts";
import { emailTrustOf } from "./email-trust.ts";
import { parseProfile, withIssuer } from "./parse-profile.ts";
import type { Profile, SocialProvider } from "./provider.ts";
import type { ProviderDefinition } from "./provider-definition.ts";
import { createProviderFetch, fetchProviderJson, type ProviderFetch, Refused } from "./provider-fetch.ts";

const FACEBOOK = "https://www.facebook.com";
const VERSION = "v23.0";

/**
 * Facebook: OAuth 2.0, then the Graph API for the profile. A custom issuer replaces both hosts.
 * https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 */
export const facebook: ProviderDefinition<never> = {
  name: "Facebook",
  issuer: FACEBOOK,
  trust: "implied",
  create: createFacebook,
};

function createFacebook(settings: ClientSettings, deps: ProviderDeps): SocialProvider {
  const { clock, timeout } = deps;
  const host = settings.issuer.replace(/\/+$/, "");
  const graph = `${host === FACEBOOK ? "https://graph.facebook.com" : host}/${VERSION}`;
  // The ids of a custom issuer are prefixed, so that another issuer configured later matches none of them.
  const qualify = (profile: Profile) => (host === FACEBOOK ? profile : withIssuer(host, profile));
  const server = {
    issuer: host,
    authorization_endpoint: `${host}/${VERSION}/dialog/oauth`,
    token_endpoint: `${graph}/oauth/access_token`,
  };
  return {
    name: settings.name,
    tokenKind: "access_token",
    authorizationUrl: (transaction) =>
      toResult(deps, async () => {
        const url = await buildAuthorizationUrl(server, settings, "email public_profile", transaction);
        // Facebook asks again for a permission that the user has declined, such as the address. It asks no other user.
        url.searchParams.set("auth_type", "rerequest");
        return url.href;
      }),
    exchangeCode: (callback, transaction) =>
      toResult(deps, async () => {
        const providerFetch = createProviderFetch(timeout);
        const clientAuth = ClientSecretPost(settings.clientSecret);
        const request = { server, settings, clientAuth, callback, transaction, checkResponse };
        const { access_token } = await requestTokens(providerFetch, clock, request);
        return qualify(await readProfile(providerFetch, graph, settings, access_token));
      }),
    verifyToken: ({ token }) =>
      toResult(deps, async () => {
        const providerFetch = createProviderFetch(timeout);
        const userId = await readTokenUser(providerFetch, graph, settings, token);
        const profile = await readProfile(providerFetch, graph, settings, token);
        if (profile.subject !== userId) throw new Refused();
        return { profile: qualify(profile), idToken: null };
      }),
  };
}

/** Facebook's errors are objects. Code 100 is an invalid parameter (the authorization code), 190 an invalid token. */
function checkResponse({ error }: { readonly error?: unknown }): void {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  if (code === 100 || code === 190) throw new Refused();
}

/** The user of a token, if Facebook issued it to this client. A token of another app would open the profile, too. */
async function readTokenUser(
  providerFetch: ProviderFetch,
  graph: string,
  { clientId, clientSecret }: ClientSettings,
  token: string,
) {
  const headers = { Authorization: `Bearer ${clientId}|${clientSecret}` };
  const url = `${graph}/debug_token?input_token=${encodeURIComponent(token)}`;
  const { data } = await fetchProviderJson(providerFetch, url, { headers });
  const info = (data ?? {}) as { app_id?: unknown; is_valid?: unknown; user_id?: unknown };
  if (info.is_valid !== true || info.app_id !== clientId) throw new Refused();
  return info.user_id;
}

async function readProfile(
  providerFetch: ProviderFetch,
  graph: string,
  { clientSecret, email: authority }: ClientSettings,
  token: string,
): Promise<Profile> {
  const proof = await appSecretProof(clientSecret, token);
  const url = `${graph}/me?fields=id,name,email&appsecret_proof=${proof}`;
  const headers = { Authorization: `Bearer ${token}` };
  const user = await fetchProviderJson(providerFetch, url, { headers });
  // Facebook omits an invalid address, and no field says whether the user has confirmed it.
  const emailTrust = emailTrustOf(authority, { email: user.email, verified: true });
  return parseProfile({ subject: user.id, email: user.email, emailTrust, name: user.name });
}

/** Proves that the call comes from this service: HMAC-SHA-256 of the token, in hexadecimal. */
async function appSecretProof(secret: string, token: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8(secret), hmac, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(token)));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
