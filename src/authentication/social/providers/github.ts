import { ProviderError } from "../../../core/provider-error.ts";
import { authorizationUrl, exchangeCode, outcomeOf, type ProviderDeps } from "./code-flow.ts";
import { ofIssuer, profileOf } from "./profile.ts";
import type { Profile, SocialProvider } from "./provider.ts";
import { createProviderFetch, fetchProviderJson, type ProviderFetch, Refused } from "./provider-fetch.ts";
import type { ClientSettings } from "./settings.ts";

const GITHUB = "https://github.com";

/**
 * GitHub: OAuth 2.0, then its REST API for who it was. An issuer of one's own is a GitHub Enterprise
 * Server, whose API is below `/api/v3`.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function createGitHub(settings: ClientSettings, deps: ProviderDeps): SocialProvider {
  const { clock, timeout } = deps;
  const host = settings.issuer.replace(/\/+$/, "");
  const api = host === GITHUB ? "https://api.github.com" : `${host}/api/v3`;
  // Ids are counted anew by each server, and another one that is configured later inherits nobody.
  const known = (profile: Profile) => (host === GITHUB ? profile : ofIssuer(host, profile));
  const server = {
    issuer: `${host}/login/oauth`,
    authorization_endpoint: `${host}/login/oauth/authorize`,
    token_endpoint: `${host}/login/oauth/access_token`,
  };
  return {
    name: settings.name,
    appToken: "access_token",
    authorize: (transaction) =>
      outcomeOf(deps, async () => {
        const url = await authorizationUrl(server, settings, "read:user user:email", transaction);
        return url.href;
      }),
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
        return known(await readProfile(ask, api, access_token));
      }),
    inspect: (token) =>
      outcomeOf(deps, async () => {
        const ask = createProviderFetch(timeout);
        const owner = await ownerOf(ask, api, settings, token);
        const profile = await readProfile(ask, api, token);
        if (profile.subject !== owner) throw new Refused();
        return known(profile);
      }),
  };
}

/** GitHub says that a code is wrong or spent in a 200. */
function look({ error }: { readonly error?: unknown }): void {
  if (error === "bad_verification_code") throw new Refused();
}

// GitHub answers nobody who does not say what they are.
const headersOf = (authorization: string) => ({
  Accept: "application/vnd.github+json",
  Authorization: authorization,
  "User-Agent": "gatehouse",
  "X-GitHub-Api-Version": "2022-11-28",
});

/** Whose token it is, if it was given to this very app: any other app's would tell GitHub's profile, too. */
async function ownerOf(
  ask: ProviderFetch,
  api: string,
  { clientId, clientSecret }: ClientSettings,
  token: string,
) {
  const said = await fetchProviderJson(ask, `${api}/applications/${encodeURIComponent(clientId)}/token`, {
    method: "POST",
    headers: {
      ...headersOf(`Basic ${btoa(`${clientId}:${clientSecret}`)}`),
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ access_token: token }),
  });
  const { app, user } = said as { app?: { client_id?: unknown } | null; user?: { id?: unknown } | null };
  if (app?.client_id !== clientId) throw new Refused();
  return subjectOf(user?.id);
}

async function readProfile(ask: ProviderFetch, api: string, token: string): Promise<Profile> {
  const headers = headersOf(`Bearer ${token}`);
  const user = await fetchProviderJson(ask, `${api}/user`, { headers });
  const email = await verifiedAddress(ask, api, headers);
  return profileOf({
    subject: subjectOf(user.id),
    email,
    emailTrust: email === null ? "unverified" : "verified",
    name: user.name ?? user.login,
  });
}

type Address = { readonly email?: unknown; readonly primary?: unknown; readonly verified?: unknown } | null;

/** The public address of a profile is whatever somebody typed; the list says which one was proven. */
async function verifiedAddress(
  ask: ProviderFetch,
  api: string,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> {
  const list = await fetchProviderJson(ask, `${api}/user/emails`, { headers }).catch((cause) => {
    // An app's token may not be allowed to look; then there is no address to go by.
    if (cause instanceof Refused) return [];
    throw cause;
  });
  if (!Array.isArray(list)) throw new ProviderError("bad_answer");
  const own = (list as Address[]).find((one) => one?.primary === true && one.verified === true);
  return own?.email ?? null;
}

/** The id of an account, which stays when its name changes hands. */
const subjectOf = (id: unknown): string | null =>
  Number.isSafeInteger(id) && Number(id) > 0 ? String(id) : null;
