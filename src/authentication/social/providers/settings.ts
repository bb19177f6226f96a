import * as z from "zod/mini";
import {
  providerUrl,
  requiredKey,
  type VariableProblem,
  withoutBlanks,
} from "../../../core/config-parsers.ts";

/** The supported providers with their default display names and issuers. */
const DEFAULTS = {
  google: { name: "Google", issuer: "https://accounts.google.com" },
  github: { name: "GitHub", issuer: "https://github.com" },
  facebook: { name: "Facebook", issuer: "https://www.facebook.com" },
  oidc: { name: "OpenID Connect", issuer: null },
} as const;

export type SocialProviderId = keyof typeof DEFAULTS;

/** The client registration of this service at one provider. */
export type ClientSettings = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** As configured: OpenID Connect compares it exactly. */
  readonly issuer: string;
  readonly name: string;
};

/** The providers whose credentials are set. */
export type SocialSettings = { readonly [Id in SocialProviderId]?: ClientSettings };

const variablesOf = (id: SocialProviderId, isDevelopment: boolean) => {
  const { name, issuer } = DEFAULTS[id];
  const url = providerUrl({ isDevelopment }, "must be set: the provider's issuer");
  return z.pipe(
    z.object({
      CLIENT_ID: requiredKey("the client id that the provider gave"),
      CLIENT_SECRET: requiredKey("the client secret that the provider gave"),
      ISSUER: issuer === null ? url : z._default(url, issuer),
      NAME: z._default(
        z.string("must be text").check(z.maxLength(40, "must have 40 characters at most")),
        name,
      ),
    }),
    z.transform((v) => ({
      clientId: v.CLIENT_ID,
      clientSecret: v.CLIENT_SECRET,
      issuer: v.ISSUER,
      name: v.NAME,
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
