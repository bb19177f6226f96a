import { readFileSync } from "node:fs";
import { documentedVariables } from "../check/examples/check-variables.ts";
import { suggest } from "./suggest.ts";

/** Of wrangler, Node and npm, which read the files of a laptop too. */
const OF_TOOLS = /^(?:CLOUDFLARE|CF|WRANGLER|NODE|NPM)_/i;

type Stranger = {
  readonly name: string;
  readonly says: string;
  /** The variable that is meant, most likely; without one it may be anybody's. */
  readonly meant: string | undefined;
};

/**
 * Variables that the service has never heard of: it reads past them, and goes on with the default of what was meant.
 * What is no text is a binding. The names are those of docs/configuration.md, which a test holds to src/composition/config.ts.
 */
export function unknownVariables(variables: Readonly<Record<string, unknown>>): readonly Stranger[] {
  const known = knownVariables();
  return Object.entries(variables).flatMap(([name, value]) => {
    if (known.includes(name) || typeof value !== "string" || OF_TOOLS.test(name)) return [];
    const meant = suggest(name.toUpperCase(), known);
    const question = meant === undefined ? "" : ` Did you mean ${meant}?`;
    return [{ name, meant, says: `${name} is no variable of this service.${question}` }];
  });
}

export const knownVariables = (): readonly string[] => [
  ...documentedVariables(readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8")),
];
