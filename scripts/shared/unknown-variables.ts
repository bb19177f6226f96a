import { readFileSync } from "node:fs";
import { closest, distance } from "fastest-levenshtein";
import { documentedVariables } from "../check/examples/check-variables.ts";

/** Variables of wrangler, Node and npm, which read the same files. */
const OF_TOOLS = /^(?:CLOUDFLARE|CF|WRANGLER|NODE|NPM)_/i;

/** What replaces a variable of earlier releases, which the service refuses to start with: "set …". */
export const REPLACEMENTS: Readonly<Record<string, string>> = {
  AUDIENCES: "RESOURCES",
  ALLOWED_RETURN_URLS: "the redirect URIs of a client for each app",
};

/** The prefix of an OpenID provider, and that of one with a name, which has the same variables. */
const OIDC = "SOCIAL_OIDC_";
const NAMED_OIDC = /^SOCIAL_OIDC_(?!(?:CLIENT|EMAIL)_)[A-Z0-9]+_/;

type UnknownVariable = {
  readonly name: string;
  readonly message: string;
  /** The documented variable with the most similar name, if one is similar. */
  readonly suggestion: string | undefined;
};

/**
 * Variables that the service does not read: it would use the default of a misspelt one. Skips bindings, which are not
 * strings. The known names are those of docs/configuration.md; a test compares that page with the source.
 */
export function unknownVariables(variables: Readonly<Record<string, unknown>>): readonly UnknownVariable[] {
  const known = knownVariables();
  return Object.entries(variables).flatMap(([name, value]) => {
    const [prefix = OIDC] = NAMED_OIDC.exec(name) ?? [];
    const documented = name.replace(prefix, OIDC);
    const isKnown = known.includes(documented) || Object.hasOwn(REPLACEMENTS, name);
    if (isKnown || typeof value !== "string" || OF_TOOLS.test(name)) return [];
    const suggestion = suggest(documented.toUpperCase(), known)?.replace(OIDC, prefix);
    const question = suggestion === undefined ? "" : ` Did you mean ${suggestion}?`;
    return [{ name, suggestion, message: `The service has no variable ${name}.${question}` }];
  });
}

function suggest(name: string, known: readonly string[]): string | undefined {
  const completion = name === "" ? undefined : known.find((documented) => documented.startsWith(name));
  if (completion !== undefined) return completion;
  const nearest = closest(name, known);
  return distance(name, nearest) <= Math.max(2, nearest.length / 3) ? nearest : undefined;
}

export const knownVariables = (): readonly string[] => [
  ...documentedVariables(readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8")),
];
