import { importPKCS8, SignJWT } from "jose";
import { ClientSecretPost } from "oauth4webapi";
import * as z from "zod/mini";
import { MINUTE, SECOND } from "../../../core/clock.ts";
import { requiredKey, requiredText } from "../../../core/config-parsers.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { ProviderDeps } from "./code-flow.ts";
import { type Claims, createOpenIdProvider, emailClaim } from "./openid-provider.ts";
import type { ProviderDefinition } from "./provider-definition.ts";

/** Seconds: a client secret is signed for each request. */
const SECRET_TTL = (5 * MINUTE) / SECOND;

/** The object identifier of the curve P-256 in a PKCS #8 key (RFC 5480 §2.1.1.1), in Latin-1. */
const P256 = "\x2a\x86\x48\xce\x3d\x03\x01\x07";

/** The key file (.p8) as text. Its line breaks may be written as `\n`. */
const privateKey = z.pipe(
  requiredText("the content of the key file (.p8) of Apple"),
  z.transform((text, ctx) => {
    const lines = text.replaceAll("\\n", "\n").trim();
    const [, base64 = ""] =
      /^-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END PRIVATE KEY-----$/.exec(lines) ?? [];
    if (isP256(base64.replace(/\s/g, ""))) return lines;
    ctx.issues.push({
      code: "custom",
      message: "must be the content of the key file (.p8), from BEGIN PRIVATE KEY to END PRIVATE KEY",
      input: text,
    });
    return z.NEVER;
  }),
);

function isP256(base64: string): boolean {
  try {
    return atob(base64).includes(P256);
  } catch {
    return false;
  }
}

/**
 * Apple is an OpenID provider with these differences. The client secret is a JWT that the client signs. The response
 * is posted to the callback from Apple's page, as Apple requires with the scopes `name` and `email`. The name is in the
 * response to the first authorization only, and unsigned.
 * https://developer.apple.com/documentation/signinwithapplerestapi
 */
export const apple: ProviderDefinition<"TEAM_ID" | "KEY_ID"> = {
  name: "Apple",
  issuer: "https://appleid.apple.com",
  trust: "verified",
  secret: { variable: "PRIVATE_KEY", schema: privateKey },
  variables: {
    TEAM_ID: requiredKey("the id of your team at Apple"),
    KEY_ID: requiredKey("the id of the key at Apple"),
  },
  create: (settings, deps) =>
    createOpenIdProvider(settings, deps, {
      scope: "openid email name",
      prepareUrl: (url) => url.searchParams.set("response_mode", "form_post"),
      usesFormPost: true,
      // Apple documents no PKCE. The nonce of the ID token binds the code to this transaction (RFC 9700 §2.1.1).
      usesPkce: false,
      clientAuth: async () => ClientSecretPost(await signClientSecret(settings, deps)),
      provesSignIn: false,
      emailClaimOf: (claims) => ({ ...emailClaim(claims), isAuthoritative: isAuthoritative(claims) }),
      nameOf: (_claims, response) => nameIn(response.get("user")),
    }),
};

/** https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret */
async function signClientSecret(
  { clientId, clientSecret: key, issuer, own }: ClientSettings<"TEAM_ID" | "KEY_ID">,
  { clock }: ProviderDeps,
): Promise<string> {
  const now = Math.floor(clock.now() / SECOND);
  return new SignJWT()
    .setProtectedHeader({ alg: "ES256", kid: own.KEY_ID })
    .setIssuer(own.TEAM_ID)
    .setSubject(clientId)
    .setAudience(issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + SECRET_TTL)
    .sign(await importPKCS8(key, "ES256"));
}

/**
 * Whether Apple knows the address's current owner: a private relay address, which Apple forwards for this account alone,
 * or a mailbox of iCloud. Another address was verified once.
 */
function isAuthoritative({ email }: Claims): boolean {
  const domain = typeof email === "string" ? email.slice(email.lastIndexOf("@") + 1).toLowerCase() : "";
  return ["privaterelay.appleid.com", "icloud.com", "me.com", "mac.com"].includes(domain);
}

/** The name in the field `user`, which the browser could change: it is shown, and identifies no account. */
function nameIn(user: string | null): string | null {
  try {
    const { name } = JSON.parse(user ?? "{}") as { name?: { firstName?: unknown; lastName?: unknown } };
    const parts = [name?.firstName, name?.lastName].filter((part) => typeof part === "string");
    return parts.length === 0 ? null : parts.join(" ");
  } catch {
    return null;
  }
}
