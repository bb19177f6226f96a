import * as z from "zod/mini";
import {
  providerUrl,
  requiredKey,
  type VariableProblem,
  withoutBlanks,
} from "../../../core/config-parsers.ts";
import { asciiDomain } from "../../../core/email-address.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { ProviderDefinition } from "./provider-definition.ts";
import { definitionOf, PROVIDERS } from "./provider-table.ts";

/** The providers whose credentials are set, by id. */
export type SocialSettings = Readonly<Record<string, ClientSettings<string>>>;

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

/** The variables of every provider, without their prefix. */
const commonVariables = (issuer: string | null, isDevelopment: boolean) => {
  const url = providerUrl({ isDevelopment }, "must be set: the provider's issuer");
  return {
    CLIENT_ID: requiredKey("the client id that the provider gave"),
    ISSUER: issuer === null ? url : z._default(url, issuer),
    NAME: z.optional(z.string("must be text").check(z.maxLength(40, "must have 40 characters at most"))),
    EMAIL_TRUST: z.optional(
      z.enum(["verified", "implied", "none"], "must be one of verified, implied, none"),
    ),
    EMAIL_DOMAINS: z._default(domainList, []),
  };
};

const CLIENT_SECRET = {
  variable: "CLIENT_SECRET",
  schema: requiredKey("the client secret that the provider gave"),
};

type CommonValues = z.output<z.ZodMiniObject<ReturnType<typeof commonVariables>>>;

function settingsSchema(id: string, definition: ProviderDefinition, isDevelopment: boolean) {
  const { name, issuer, trust, secret = CLIENT_SECRET, variables = {} } = definition;
  const common = z.object(commonVariables(issuer, isDevelopment)).check(
    z.refine((v) => v.EMAIL_DOMAINS.length === 0 || v.EMAIL_TRUST === "verified", {
      path: ["EMAIL_DOMAINS"],
      message: "needs EMAIL_TRUST=verified: it lists the domains whose addresses are verified",
    }),
  );
  return z.pipe(
    z.intersection(common, z.object({ ...variables, [secret.variable]: secret.schema })),
    z.transform((values): ClientSettings<string> => {
      const v: CommonValues = values;
      const { [secret.variable]: clientSecret = "", ...others }: Readonly<Record<string, unknown>> = values;
      return {
        clientId: v.CLIENT_ID,
        clientSecret: String(clientSecret),
        issuer: v.ISSUER,
        name: v.NAME ?? namedIssuer(id) ?? name,
        email: {
          trust: v.EMAIL_TRUST ?? trust,
          domains: v.EMAIL_DOMAINS,
          isConfigured: v.EMAIL_TRUST !== undefined,
        },
        own: Object.fromEntries(Object.keys(variables).map((key) => [key, String(others[key])])),
      };
    }),
  );
}

/** The default display name of an OpenID provider that has a name: `oidc-keycloak` is Keycloak. */
function namedIssuer(id: string): string | null {
  const [, first, rest = ""] = /^oidc-(.)(.*)$/.exec(id) ?? [];
  return first === undefined ? null : first.toUpperCase() + rest;
}

const OIDC_VARIABLE =
  /^SOCIAL_OIDC_(?:([A-Z0-9]+)_)?(?:ISSUER|CLIENT_ID|CLIENT_SECRET|CLIENT_AUTH|NAME|EMAIL_TRUST|EMAIL_DOMAINS)$/;

/** The ids of the OpenID providers: `SOCIAL_OIDC_<NAME>_…` configures `oidc-<name>`, and `SOCIAL_OIDC_…` configures `oidc`. */
function openIdIds(names: readonly string[]): readonly string[] {
  const ids = names.flatMap((variable) => {
    const match = OIDC_VARIABLE.exec(variable);
    return match ? [match[1] === undefined ? "oidc" : `oidc-${match[1].toLowerCase()}`] : [];
  });
  return [...new Set(ids)].sort();
}

/**
 * Reads the `SOCIAL_<ID>_*` variables (contract §5). A provider without variables is off; an incomplete one is an
 * error. The result lists every problem.
 */
export function readSocialSettings(
  raw: Record<string, unknown>,
  isDevelopment: boolean,
): { readonly settings: SocialSettings } | { readonly problems: readonly VariableProblem[] } {
  const variables = withoutBlanks(raw);
  const settings: Record<string, ClientSettings<string>> = {};
  const problems: VariableProblem[] = [];
  const ids = Object.keys(PROVIDERS).filter((id) => id !== "oidc");
  for (const id of [...ids, ...openIdIds(Object.keys(variables))]) {
    const prefix = `SOCIAL_${id.toUpperCase().replace("-", "_")}_`;
    const values = Object.entries(variables)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]);
    if (values.length === 0) continue;
    const read = settingsSchema(id, definitionOf(id), isDevelopment).safeParse(Object.fromEntries(values));
    if (read.success) settings[id] = read.data;
    for (const { path, message } of read.error?.issues ?? []) {
      problems.push({ path: `${prefix}${path.join(".")}`, message });
    }
  }
  return problems.length > 0 ? { problems } : { settings };
}
