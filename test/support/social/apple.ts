import { exportPKCS8, generateKeyPair } from "jose";
import type { Browser } from "../browser.ts";
import type { ApiResponse, Service } from "../service.ts";
import { returnFromProvider } from "./browser-flow.ts";
import { openForgedIssuer } from "./forged-issuer.ts";
import { CLIENT } from "./provider-client.ts";

/** What a browser sends with the form of Apple's page. SameSite=Lax: no cookie. */
const FROM_APPLE = {
  "Content-Type": "application/x-www-form-urlencoded",
  Accept: "text/html",
  Origin: "https://appleid.apple.com",
  "Sec-Fetch-Site": "cross-site",
  "Sec-Fetch-Mode": "navigate",
  "Sec-Fetch-Dest": "document",
};

const TEAM = { id: "TEAM123456", keyId: "KEY1234567" } as const;

/** Apple with freely chosen responses, and a key for the client secrets of this service. */
export async function openApple() {
  const issuer = await openForgedIssuer({
    provider: "apple",
    document: (origin) => ({
      revocation_endpoint: `${origin}/revoke`,
      authorization_response_iss_parameter_supported: undefined,
      token_endpoint_auth_methods_supported: ["client_secret_post"],
    }),
  });
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const pem = await exportPKCS8(privateKey);

  /** Posts a response as Apple's page does. */
  const post = (service: Service, fields: Record<string, string>, headers = {}): Promise<ApiResponse> => {
    const body = new URLSearchParams(fields).toString();
    const all = { ...FROM_APPLE, ...headers };
    return service.call("POST", "/api/auth/social/apple/callback", body, undefined, all);
  };

  return {
    ...issuer,
    post,
    team: TEAM,
    /** Verifies the client secrets. */
    publicKey,
    variables: {
      SOCIAL_APPLE_CLIENT_ID: CLIENT.id,
      SOCIAL_APPLE_ISSUER: issuer.issuer,
      SOCIAL_APPLE_TEAM_ID: TEAM.id,
      SOCIAL_APPLE_KEY_ID: TEAM.keyId,
      SOCIAL_APPLE_PRIVATE_KEY: pem,
    },
    /** Starts a sign-in and posts its response. Returns the path of the redirect without requesting it. */
    async startAndPost(
      service: Service,
      { browser: given, fields = {} }: { browser?: Browser; fields?: Record<string, string> } = {},
    ) {
      const { browser, nonce, location } = await issuer.startRedirect(service, given);
      const state = location.searchParams.get("state") ?? "";
      const posted = await post(service, { state, code: "a-code", ...fields });
      const path = (posted.headers.get("Location") ?? "").replace("/api/auth", "");
      return { browser, nonce, state, location, posted, path };
    },
    /** Signs in with these claims of the ID token, from the start to the response of the callback. */
    async signIn(
      service: Service,
      claims: Parameters<typeof issuer.sign>[0],
      options: { browser?: Browser; fields?: Record<string, string> } = {},
    ) {
      const { browser, nonce, path } = await this.startAndPost(service, options);
      await issuer.answer(issuer.tokens(await issuer.sign({ nonce, ...claims })), issuer.keySet);
      return { browser, answer: await returnFromProvider(browser, path) };
    },
  };
}
