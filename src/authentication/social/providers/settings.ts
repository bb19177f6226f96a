import * as z from "zod/mini";
import {
  providerUrl,
  requiredKey,
  type VariableProblem,
  withoutBlanks,
} from "../../../core/config-parsers.ts";
import { asciiDomain } from "../../../core/email-address.ts";

/**
 * The supported providers with their default display names, issuers and trust. Google knows the current owner of the
 * addresses that google.ts accepts. The others have verified an address once, and its owner may have changed.
 */
const DEFAULTS = {
  google: { name: "Google", issuer: "https://accounts.google.com", trust: "verified" },
  github: { name: "GitHub", issuer: "https://github.com", trust: "implied" },
  facebook: { name: "Facebook", issuer: "https://www.facebook.com", trust: "implied" },
  oidc: { name: "OpenID Connect", issuer: null, trust: "implied" },
} as const;

export type SocialProviderId = keyof typeof DEFAULTS;

/** The client registration of this service at one provider. */
export type ClientSettings = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** As configured: OpenID Connect compares it exactly. */
  readonly issuer: string;
  readonly name: string;
  readonly email: EmailAuthority;
};

/** How far the operator trusts the email addresses of a provider. */
export type EmailAuthority = {
  /** The trust in an address that the provider vouches for, at most (`EmailTrust`). */
  readonly trust: "verified" | "implied" | "none";
  /** The domains to which `verified` is limited, in ASCII; addresses of others are `implied`. Empty: no limit. */
  readonly domains: readonly string[];
  /** The operator has set the trust. Then it also covers an address without the claim `email_verified`. */
  readonly isConfigured: boolean;
};

/** The providers whose credentials are set. */
export type SocialSettings = { readonly [Id in SocialProviderId]?: ClientSettings };

const domainList = z.pipe(
  z.string("must be text"),
  z.transform((text, ctx) => {
    const domains = text.split(",").map((domain) => asciiDomain(domain.trim()));
    const valid = domains.filter((domain) => domain !== null);
    if (valid.length === domains.length) return valid;
    ctx.issues.push({ code: "custom", message: "must be domains, separated by commas", input: text });
    return z.NEVER;
  }),
);

const variablesOf = (id: SocialProviderId, isDevelopment: boolean) => {
  const { name, issuer, trust } = DEFAULTS[id];
  const url = providerUrl({ isDevelopment }, "must be set: the provider's issuer");
  return z.pipe(
    z
      .object({
        CLIENT_ID: requiredKey("the client id that the provider gave"),
        CLIENT_SECRET: requiredKey("the client secret that the provider gave"),
        ISSUER: issuer === null ? url : z._default(url, issuer),
        NAME: z._default(
          z.string("must be text").check(z.maxLength(40, "must have 40 characters at most")),
          name,
        ),
        EMAIL_TRUST: z.optional(
          z.enum(["verified", "implied", "none"], "must be one of verified, implied, none"),
        ),
        EMAIL_DOMAINS: z._default(domainList, []),
      })
      .check(
        z.refine((v) => v.EMAIL_DOMAINS.length === 0 || v.EMAIL_TRUST === "verified", {
          path: ["EMAIL_DOMAINS"],
          message: "needs EMAIL_TRUST=verified: it lists the domains whose addresses are verified",
        }),
      ),
    z.transform((v) => ({
      clientId: v.CLIENT_ID,
      clientSecret: v.CLIENT_SECRET,
      issuer: v.ISSUER,
      name: v.NAME,
      email: {
        trust: v.EMAIL_TRUST ?? trust,
        domains: v.EMAIL_DOMAINS,
        isConfigured: v.EMAIL_TRUST !== undefined,
      },
    })),
  );
};

/**
 * Reads the `SOCIAL_<ID>_*` variables (contract §5). A provider without variables is off; an incomplete one is an
 * error. The result lists every problem.
 */
export function readSocialSettings(
  raw: Record<string, unknown>,
  isDevelopment: boolean,
): { readonly settings: SocialSettings } | { readonly problems: readonly VariableProblem[] } {
  const variables = withoutBlanks(raw);
  const settings: { [Id in SocialProviderId]?: ClientSettings } = {};
  const problems: VariableProblem[] = [];
  for (const id of Object.keys(DEFAULTS) as SocialProviderId[]) {
    const prefix = `SOCIAL_${id.toUpperCase()}_`;
    const values = Object.entries(variables)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]);
    if (values.length === 0) continue;
    const read = variablesOf(id, isDevelopment).safeParse(Object.fromEntries(values));
    if (read.success) settings[id] = read.data;
    for (const { path, message } of read.error?.issues ?? []) {
      problems.push({ path: `${prefix}${path.join(".")}`, message });
    }
  }
  return problems.length > 0 ? { problems } : { settings };
}
