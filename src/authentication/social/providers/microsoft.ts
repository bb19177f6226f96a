import type { JWTPayload } from "jose";
import { ClientSecretPost } from "oauth4webapi";
import * as z from "zod/mini";
import type { EmailClaim } from "./email-trust.ts";
import type { TokenIssuers } from "./id-token.ts";
import { type Claims, createOpenIdProvider, emailClaim } from "./openid-provider.ts";
import type { ProviderDefinition } from "./provider-definition.ts";
import { Refused } from "./provider-fetch.ts";

const TENANT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The tenant of personal accounts. */
const PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad";

const tenant = z
  .string("must be text")
  .check(
    z.refine(
      (text) => text === "common" || text === "organizations" || TENANT_ID.test(text),
      "must be common, organizations or the id of a tenant: a UUID in lower case",
    ),
  );

/**
 * Microsoft Entra and personal Microsoft accounts. The issuer of an ID token names the tenant of the user; the document
 * of `common` and `organizations` has a template instead, `{tenantid}`. A custom issuer replaces the host.
 * https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
 */
export const microsoft: ProviderDefinition<"TENANT"> = {
  name: "Microsoft",
  issuer: "https://login.microsoftonline.com",
  trust: "implied",
  variables: { TENANT: z._default(tenant, "common") },
  create(settings, deps) {
    const { TENANT: allowed } = settings.own;
    const host = settings.issuer.replace(/\/+$/, "");
    const isOneTenant = TENANT_ID.test(allowed);
    return createOpenIdProvider(settings, deps, {
      discovery: {
        base: `${host}/${allowed}/v2.0`,
        issuer: `${host}/${isOneTenant ? allowed : "{tenantid}"}/v2.0`,
      },
      issuers: tokenIssuers(host, allowed),
      // The way of Microsoft's documentation.
      clientAuth: () => ClientSecretPost(settings.clientSecret),
      // The claims of the address are in the ID token only.
      usesUserInfo: false,
      // `auth_time` is an optional claim, which an administrator has to add.
      provesSignIn: false,
      emailClaimOf: (claims) => microsoftEmailClaim(claims, isOneTenant),
    });
  },
};

const tokenIssuers = (host: string, allowed: string): TokenIssuers => {
  const issuerOf = ({ tid }: JWTPayload): string => {
    if (typeof tid !== "string" || !TENANT_ID.test(tid)) throw new Refused();
    if (allowed === "organizations" && tid === PERSONAL_ACCOUNTS) throw new Refused();
    if (TENANT_ID.test(allowed) && tid !== allowed) throw new Refused();
    return `${host}/${tid}/v2.0`;
  };
  return {
    issuerOf,
    // A key that names an issuer signs for that one only; keys of all tenants name the template.
    maySign: ({ issuer: owner }, issuer, { tid }) =>
      typeof owner !== "string" || owner.replace("{tenantid}", String(tid)) === issuer,
  };
};

/**
 * Any administrator of a tenant may set any `email`. The optional claim `xms_edov` says whether the domain of the address
 * is verified by the user's tenant. Without it an address of another's tenant never counts; that of the operator's own
 * tenant counts as far as the operator trusts it.
 * https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
 */
function microsoftEmailClaim(claims: Claims, isOneTenant: boolean): EmailClaim {
  const { xms_edov: isDomainVerified, email } = claims;
  if (emailClaim(claims).verified === false) return { email, verified: false };
  if (isDomainVerified === undefined) return { email, verified: isOneTenant ? "unstated" : false };
  return { email, verified: [true, "true", 1, "1"].includes(isDomainVerified as never) };
}
