import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type Browser, openBrowser } from "../browser.ts";
import { openLoopback } from "../loopback/loopback.ts";
import type { LoopbackAnswer } from "../loopback/protocol.ts";
import type { Service } from "../service.ts";
import { start } from "./browser-flow.ts";
import { CLIENT } from "./provider-client.ts";

const json = (body: unknown, status = 200): LoopbackAnswer => ({
  kind: "respond",
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

type Header = Readonly<Record<string, unknown>>;

type Options = {
  /** The provider that it stands for: its id. */
  readonly provider?: string;
  /** Changes to the discovery document of that origin; an undefined value is omitted. */
  readonly document?: (origin: string) => Readonly<Record<string, unknown>>;
};

/** An OpenID issuer with freely chosen responses, including those that no real issuer sends. */
export async function openForgedIssuer({ provider = "oidc", document }: Options = {}) {
  const loopback = openLoopback();
  const issuer = loopback.url;
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid: "own", alg: "ES256", use: "sig" };
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    authorization_response_iss_parameter_supported: true,
    ...document?.(issuer),
  };
  const prefix = `SOCIAL_${provider.toUpperCase().replace("-", "_")}_`;
  const now = () => Math.floor(Date.now() / 1000);
  const claims = (): JWTPayload => ({
    iss: issuer,
    aud: CLIENT.id,
    sub: "a-subject",
    // Each ID token is accepted once.
    jti: crypto.randomUUID(),
    iat: now(),
    exp: now() + 300,
    email: "a-subject@example.com",
    email_verified: true,
    name: "A Subject",
  });
  /** Signs an ID token; a claim that is undefined is omitted. */
  const sign = (changed: JWTPayload = {}, header: Header = {}, key: CryptoKey | Uint8Array = privateKey) =>
    new SignJWT(JSON.parse(JSON.stringify({ ...claims(), ...changed })))
      .setProtectedHeader({ alg: "ES256", kid: "own", typ: "JWT", ...header })
      // jose signs a `crit` header only if the options name its extensions.
      .sign(key, header.crit ? { crit: { exp: false } } : undefined);
  const tokens = (idToken: string) =>
    json({ access_token: "an-access-token", token_type: "Bearer", expires_in: 60, id_token: idToken });

  return {
    issuer,
    metadata: json(metadata),
    key,
    keySet: json({ keys: [key] }),
    json,
    sign,
    tokens,
    answer: loopback.answer,
    requests: loopback.requests,
    variables: {
      [`${prefix}CLIENT_ID`]: CLIENT.id,
      [`${prefix}CLIENT_SECRET`]: CLIENT.secret,
      [`${prefix}ISSUER`]: issuer,
    },
    /** Starts a sign-in, and returns the callback to which the issuer would redirect the browser. */
    async startRedirect(
      service: Service,
      browser: Browser = openBrowser(service),
      changed: Record<string, string> = {},
    ) {
      await loopback.answer(json(metadata));
      const location = new URL((await start(browser, provider)).headers.get("Location") ?? "");
      const state = location.searchParams.get("state") ?? "";
      const query = new URLSearchParams({ code: "a-code", state });
      if (metadata.authorization_response_iss_parameter_supported) query.set("iss", issuer);
      for (const [name, value] of Object.entries(changed)) query.set(name, value);
      return {
        browser,
        nonce: location.searchParams.get("nonce") ?? "",
        location,
        path: `/social/${provider}/callback?${query}`,
      };
    },
  };
}
