import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { onTestFinished, vi } from "vitest";

// A certified OpenID provider, with the paths and the tokens of Gatehouse. It signs Ada in without a page.

export const RESOURCE = "https://notes.example.com";
export const APP = "https://app.example.com";
export const SPA = "https://spa.example.com";
export const SECRET = "a secret of the tests that is long enough";

const ROUTES = {
  authorization: "/oauth/authorize",
  token: "/oauth/token",
  revocation: "/oauth/revoke",
  userinfo: "/oauth/userinfo",
  end_session: "/oauth/logout",
  jwks: "/.well-known/jwks.json",
};

type Behaviour = {
  /** Seconds since the authentication, as access tokens state it. */
  authAge: number;
  /** The error with which the user's interaction ends, such as `access_denied`. */
  error?: string;
  /** Replaces the response to a path. */
  answers: Record<string, RequestListener>;
};

async function listen(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

type ProviderOptions = {
  /** The URI of the API that tokens are for. */
  readonly resource?: string;
  /** The scopes of the API. */
  readonly scope?: string;
  /** Redirect URIs of a public client `public`. */
  readonly redirectUris?: readonly string[];
};

/** A provider for one test. */
export async function openProvider() {
  const provider = await startProvider();
  onTestFinished(provider.close);
  return provider;
}

/** Starts a provider. The caller closes it. */
export async function startProvider(options: ProviderOptions = {}) {
  const does: Behaviour = { authAge: 0, answers: {} };
  const requests: { path: string; headers: Record<string, unknown> }[] = [];
  const logoutTokens: string[] = [];
  let handle: RequestListener = (_request, response) => void response.end();
  const { url, close } = await listen((request, response) => {
    const path = new URL(request.url ?? "", "http://provider").pathname;
    requests.push({ path, headers: request.headers });
    const answer = does.answers[path];
    if (answer) return answer(request, response);
    if (!path.startsWith("/interaction/")) return handle(request, response);
    const result = does.error ? { error: does.error } : { login: { accountId: "ada", amr: ["pwd"] } };
    provider.interactionFinished(request, response, result);
  });
  // The library warns that it keeps its data in memory.
  for (const method of ["warn", "info"] as const) vi.spyOn(console, method).mockImplementation(() => {});
  const provider = new Provider(url, {
    ...(await configuration(options, does)),
    // The library sends no request to loopback.
    fetch: async (_url: string, init: { body: URLSearchParams }) => {
      logoutTokens.push(init.body.get("logout_token") ?? "");
      return new Response();
    },
  });
  handle = provider.callback();
  return { url, close, does, requests, logoutTokens, ...browserAt(url) };
}

async function configuration(
  { resource = RESOURCE, scope = "notes:read notes:write", redirectUris = [] }: ProviderOptions,
  does: Behaviour,
): Promise<object> {
  const keys = await Promise.all(
    (["RS256", "ES256"] as const).map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return { ...(await exportJWK(privateKey)), kid: alg, use: "sig", alg };
    }),
  );
  const flow = { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };
  return {
    clients: [
      {
        client_id: "notes",
        client_secret: SECRET,
        redirect_uris: [`${APP}/signed-in`],
        post_logout_redirect_uris: [`${APP}/`],
        backchannel_logout_uri: `${APP}/back-channel-logout`,
        backchannel_logout_session_required: true,
        ...flow,
      },
      {
        client_id: "spa",
        token_endpoint_auth_method: "none",
        redirect_uris: [`${SPA}/`],
        post_logout_redirect_uris: [`${SPA}/`],
        ...flow,
      },
      ...(redirectUris.length > 0
        ? [
            {
              client_id: "public",
              token_endpoint_auth_method: "none",
              redirect_uris: redirectUris,
              post_logout_redirect_uris: redirectUris,
              ...flow,
            },
          ]
        : []),
      {
        client_id: "job",
        client_secret: SECRET,
        redirect_uris: [],
        response_types: [],
        grant_types: ["client_credentials"],
      },
    ],
    jwks: { keys },
    cookies: { keys: ["a key of the tests"] },
    routes: ROUTES,
    scopes: ["openid", "profile", "email", "offline_access"],
    claims: { openid: ["sub", "sid"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    clientBasedCORS: () => true,
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: features(scope),
    ttl: Object.fromEntries(
      [
        "AccessToken",
        "AuthorizationCode",
        "ClientCredentials",
        "Grant",
        "IdToken",
        "Interaction",
        "RefreshToken",
        "Session",
      ].map((kind) => [kind, 600]),
    ),
    extraTokenClaims: ({ oidc }: { oidc: Context }, { kind }: { kind: string }) =>
      kind === "AccessToken"
        ? {
            sid: (oidc.entities.AuthorizationCode ?? oidc.entities.RefreshToken)?.sid ?? "none",
            role: "user",
            name: "Ada",
            amr: ["pwd"],
            acr: "urn:gatehouse:acr:1fa",
            auth_time: Math.floor(Date.now() / 1000) - does.authAge,
          }
        : {},
    findAccount: async (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, name: "Ada", email: "ada@example.com", email_verified: true }),
    }),
    loadExistingGrant: async ({
      oidc,
    }: {
      oidc: { provider: Provider; client: Client; session: Session };
    }) => {
      // One grant for each client, as at Gatehouse: a code of another tab stays valid.
      const known = oidc.session.grantIdFor(oidc.client.clientId);
      if (known !== undefined) return oidc.provider.Grant.find(known);
      const grant = new oidc.provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope("openid profile email offline_access");
      grant.addResourceScope(resource, scope);
      await grant.save();
      return grant;
    },
  };
}

type Context = { readonly entities: Record<string, { readonly sid?: string } | undefined> };
type Client = { readonly clientId: string };
type Session = { readonly accountId: string; grantIdFor(clientId: string): string | undefined };

const features = (scope: string) => ({
  devInteractions: { enabled: false },
  revocation: { enabled: true },
  clientCredentials: { enabled: true },
  backchannelLogout: { enabled: true },
  rpInitiatedLogout: {
    enabled: true,
    // The form that asks the user is submitted by the test.
    logoutSource: (context: { body: string }, form: string) => {
      context.body = form;
    },
  },
  resourceIndicators: {
    enabled: true,
    useGrantedResource: () => true,
    getResourceServerInfo: (_context: unknown, audience: string) => ({
      audience,
      scope,
      accessTokenFormat: "jwt",
      accessTokenTTL: 600,
      jwt: { sign: { alg: "ES256" } },
    }),
  },
});

/** A browser's cookies at the provider. */
function browserAt(origin: string) {
  const jar = new Map<string, string>();

  async function fetchWithCookies(url: string, init: RequestInit = {}): Promise<Response> {
    const Cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...init, headers: { ...init.headers, Cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects until they leave the provider. Returns the URL outside, or the last page. */
  async function follow(url: string, init?: RequestInit): Promise<string> {
    let response = await fetchWithCookies(url, init);
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get("Location");
      if (location === null) throw new Error(`${response.status} ${await response.text()}`);
      const next = new URL(location, origin);
      if (next.origin !== origin) return next.href;
      response = await fetchWithCookies(next.href);
    }
    throw new Error("too many redirects");
  }

  /** Opens the logout page and confirms it. Returns the URL outside the provider. */
  async function confirmLogout(url: string): Promise<string> {
    const form = await (await fetchWithCookies(url)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(form)?.[1] ?? "";
    return follow(`${origin}${ROUTES.end_session}/confirm`, {
      method: "POST",
      body: new URLSearchParams({ xsrf, logout: "yes" }),
    });
  }

  return { jar, follow, confirmLogout };
}
