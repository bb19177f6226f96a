import { utf8 } from "../../../core/crypto/encoding.ts";
import { authorizationUrl, exchangeCode, outcomeOf, type ProviderDeps } from "./code-flow.ts";
import { ofIssuer, profileOf } from "./profile.ts";
import type { Profile, SocialProvider } from "./provider.ts";
import { createProviderFetch, fetchProviderJson, type ProviderFetch, Refused } from "./provider-fetch.ts";
import type { ClientSettings } from "./settings.ts";

const FACEBOOK = "https://www.facebook.com";
const VERSION = "v23.0";

/**
 * Facebook: OAuth 2.0, then its Graph API for who it was. An issuer of one's own stands for both hosts.
 * https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 */
export function createFacebook(settings: ClientSettings, deps: ProviderDeps): SocialProvider {
  const { clock, timeout } = deps;
  const host = settings.issuer.replace(/\/+$/, "");
  const graph = `${host === FACEBOOK ? "https://graph.facebook.com" : host}/${VERSION}`;
  // Another issuer that is configured later inherits nobody.
  const known = (profile: Profile) => (host === FACEBOOK ? profile : ofIssuer(host, profile));
  const server = {
    issuer: host,
    authorization_endpoint: `${host}/${VERSION}/dialog/oauth`,
    token_endpoint: `${graph}/oauth/access_token`,
  };
  return {
    name: settings.name,
    appToken: "access_token",
    authorize: (transaction) =>
      outcomeOf(
        deps,
        async () => (await authorizationUrl(server, settings, "email public_profile", transaction)).href,
      ),
    finish: (callback, transaction) =>
      outcomeOf(deps, async () => {
        const ask = createProviderFetch(timeout);
        const { access_token } = await exchangeCode(ask, clock, {
          server,
          settings,
          callback,
          transaction,
          look,
        });
        return known(await readProfile(ask, graph, settings, access_token));
      }),
    inspect: (token) =>
      outcomeOf(deps, async () => {
        const ask = createProviderFetch(timeout);
        const owner = await ownerOf(ask, graph, settings, token);
        const profile = await readProfile(ask, graph, settings, token);
        if (profile.subject !== owner) throw new Refused();
        return known(profile);
      }),
  };
}

/** Its errors are objects: 100 is a parameter that is no good, the code; 190 a token. */
function look({ error }: { readonly error?: unknown }): void {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  if (code === 100 || code === 190) throw new Refused();
}

/** Whose token it is, if it was given to this very app: one of another app would tell the profile, too. */
async function ownerOf(
  ask: ProviderFetch,
  graph: string,
  { clientId, clientSecret }: ClientSettings,
  token: string,
) {
  const headers = { Authorization: `Bearer ${clientId}|${clientSecret}` };
  const { data } = await fetchProviderJson(
    ask,
    `${graph}/debug_token?input_token=${encodeURIComponent(token)}`,
    {
      headers,
    },
  );
  const said = (data ?? {}) as { app_id?: unknown; is_valid?: unknown; user_id?: unknown };
  if (said.is_valid !== true || said.app_id !== clientId) throw new Refused();
  return said.user_id;
}

async function readProfile(
  ask: ProviderFetch,
  graph: string,
  { clientSecret }: ClientSettings,
  token: string,
): Promise<Profile> {
  const proof = await appSecretProof(clientSecret, token);
  const url = `${graph}/me?fields=id,name,email&appsecret_proof=${proof}`;
  const said = await fetchProviderJson(ask, url, { headers: { Authorization: `Bearer ${token}` } });
  // The field is left out without a valid address; that its owner confirmed it is said by no field.
  return profileOf({ subject: said.id, email: said.email, emailTrust: "implied", name: said.name });
}

/** Shows that the call comes from the app's own server: HMAC-SHA-256 of the token, in hexadecimal. */
async function appSecretProof(secret: string, token: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8(secret), hmac, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(token)));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
