import { ClientSecretPost } from "oauth4webapi";
import { ProviderError } from "../../../core/provider-error.ts";
import type { ClientSettings } from "./client-settings.ts";
import { buildAuthorizationUrl, type ProviderDeps, requestTokens, toResult } from "./code-flow.ts";
import { emailTrustOf } from "./email-trust.ts";
import { parseProfile, withIssuer } from "./parse-profile.ts";
import type { Profile, SocialProvider } from "./provider.ts";
import type { ProviderDefinition } from "./provider-definition.ts";
import { createProviderFetch, fetchProviderJson, type ProviderFetch, Refused } from "./provider-fetch.ts";

const GITHUB = "https://github.com";

/**
 * GitHub: OAuth 2.0, then the REST API for the profile. A custom issuer is a GitHub Enterprise Server with its API
 * at `/api/v3`.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export const github: ProviderDefinition<never> = {
  name: "GitHub",
  issuer: GITHUB,
  trust: "implied",
  create: createGitHub,
};

function createGitHub(settings: ClientSettings, deps: ProviderDeps): SocialProvider {
  const { clock, timeout } = deps;
  const host = settings.issuer.replace(/\/+$/, "");
  const api = host === GITHUB ? "https://api.github.com" : `${host}/api/v3`;
  // Each server numbers its users itself, so the ids of an Enterprise Server are prefixed with its host.
  const qualify = (profile: Profile) => (host === GITHUB ? profile : withIssuer(host, profile));
  const server = {
    issuer: `${host}/login/oauth`,
    authorization_endpoint: `${host}/login/oauth/authorize`,
    token_endpoint: `${host}/login/oauth/access_token`,
  };
  return {
    name: settings.name,
    tokenKind: "access_token",
    authorizationUrl: (transaction) =>
      toResult(deps, async () => {
        const url = await buildAuthorizationUrl(server, settings, "read:user user:email", transaction);
        return url.href;
      }),
    exchangeCode: (callback, transaction) =>
      toResult(deps, async () => {
        const providerFetch = createProviderFetch(timeout);
        const clientAuth = ClientSecretPost(settings.clientSecret);
        const request = { server, settings, clientAuth, callback, transaction, checkResponse };
        const { access_token } = await requestTokens(providerFetch, clock, request);
        return qualify(await readProfile(providerFetch, api, settings, access_token));
      }),
    verifyToken: ({ token }) =>
      toResult(deps, async () => {
        const providerFetch = createProviderFetch(timeout);
        const userId = await readTokenUser(providerFetch, api, settings, token);
        const profile = await readProfile(providerFetch, api, settings, token);
        if (profile.subject !== userId) throw new Refused();
        return { profile: qualify(profile), idToken: null };
      }),
  };
}

/** GitHub reports an invalid or used code in a 200 response. */
function checkResponse({ error }: { readonly error?: unknown }): void {
  if (error === "bad_verification_code") throw new Refused();
}

// GitHub rejects requests without a User-Agent.
const headersOf = (authorization: string) => ({
  Accept: "application/vnd.github+json",
  Authorization: authorization,
  "User-Agent": "gatehouse",
  "X-GitHub-Api-Version": "2022-11-28",
});

/** The user of a token, if GitHub issued it to this client. A token of another app would open the profile, too. */
async function readTokenUser(
  providerFetch: ProviderFetch,
  api: string,
  { clientId, clientSecret }: ClientSettings,
  token: string,
) {
  const url = `${api}/applications/${encodeURIComponent(clientId)}/token`;
  const response = await fetchProviderJson(providerFetch, url, {
    method: "POST",
    headers: {
      ...headersOf(`Basic ${btoa(`${clientId}:${clientSecret}`)}`),
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ access_token: token }),
  });
  const { app, user } = response as { app?: { client_id?: unknown } | null; user?: { id?: unknown } | null };
  if (app?.client_id !== clientId) throw new Refused();
  return subjectOf(user?.id);
}

/** GitHub verifies an address once. It does not learn that the mailbox has a new owner. */
async function readProfile(
  providerFetch: ProviderFetch,
  api: string,
  settings: ClientSettings,
  token: string,
): Promise<Profile> {
  const headers = headersOf(`Bearer ${token}`);
  const user = await fetchProviderJson(providerFetch, `${api}/user`, { headers });
  const { email, verified } = await primaryAddress(providerFetch, api, headers);
  return parseProfile({
    subject: subjectOf(user.id),
    email,
    emailTrust: emailTrustOf(settings.email, { email, verified: verified === true }),
    name: user.name ?? user.login,
  });
}

/** GitHub lists 30 addresses by default and 100 at most, and the primary one may be on any page. */
const PAGE_SIZE = 100;
const MAX_PAGES = 5;

type EmailEntry = { readonly email?: unknown; readonly primary?: unknown; readonly verified?: unknown };

/** The primary address of the list. The public address of a profile is not verified, so it does not count. */
async function primaryAddress(
  providerFetch: ProviderFetch,
  api: string,
  headers: Readonly<Record<string, string>>,
): Promise<EmailEntry> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const url = `${api}/user/emails?per_page=${PAGE_SIZE}&page=${page}`;
    const list = await fetchProviderJson(providerFetch, url, { headers }).catch((cause) => {
      // A client application's token may lack the scope user:email; then there is no address.
      if (cause instanceof Refused) return [];
      throw cause;
    });
    if (!Array.isArray(list)) throw new ProviderError("bad_answer");
    const found = (list as (EmailEntry | null)[]).find((entry) => entry?.primary === true);
    if (found || list.length < PAGE_SIZE) return found ?? {};
  }
  return {};
}

/** The numeric user id. A login name may be reassigned, an id is not. */
const subjectOf = (id: unknown): string | null =>
  Number.isSafeInteger(id) && Number(id) > 0 ? String(id) : null;
