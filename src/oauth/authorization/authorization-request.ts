import type { Client } from "../clients/client.ts";
import type { OAuthForm } from "../oauth-form.ts";
import type { Prompt } from "./prompt.ts";

/** Characters of the query of an authorization request. A client with a longer one pushes it (RFC 9126). */
export const MAX_QUERY_LENGTH = 3800;

/** The parameter in which this service carries what the user has done for a request (`interaction.ts`). */
export const INTERACTION = "interaction";

/** The parameters of an authorization request. `repeated`: the names that occur more than once. */
export type AuthorizationParameters = { readonly form: OAuthForm; readonly repeated: readonly string[] };

/** Reads the parameters of a query. A parameter without a value counts as omitted (RFC 6749 §3.1). */
export function readParameters(query: string): AuthorizationParameters {
  const form = new Map<string, string>();
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (seen.has(name)) repeated.add(name);
    else if (value !== "") form.set(name, value);
    seen.add(name);
  }
  return { form, repeated: [...repeated] };
}

/** The query of the request without the service's own parameter. */
export function requestQuery(query: string): string {
  const parameters = new URLSearchParams(query);
  parameters.delete(INTERACTION);
  return parameters.toString();
}

/** An authorization request that has passed every check. */
export type ValidRequest = {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state: string | null;
  readonly codeChallenge: string;
  readonly nonce: string | null;
  /** The URI of the resource. Empty: no resource. */
  readonly resource: string;
  /** Sorted. */
  readonly scopes: readonly string[];
  readonly prompt: ReadonlySet<Prompt>;
  /** Seconds. */
  readonly maxAge: number | null;
  readonly loginHint: string | null;
  readonly idTokenHint: string | null;
  readonly acrValues: readonly string[];
  /** Accepted values of an `acr` that the client requires; null if it requires none. */
  readonly essentialAcr: readonly string[] | null;
  readonly uiLocales: readonly string[];
};
