import * as z from "zod/mini";
import type { VariableProblem } from "../core/config-parsers.ts";
import { OWN_ALIAS, ownAudience, userinfoUrl } from "../sessions/audience.ts";
import { OPENID_SCOPES, type Resource } from "../sessions/resource.ts";

type ReadResources =
  | { readonly resources: readonly Resource[] }
  | { readonly problems: readonly VariableProblem[] };

type ResourceMode = {
  readonly isDevelopment: boolean;
  /** The origin of PUBLIC_URL. Null: it is invalid, which is a problem of its own. */
  readonly publicUrl: string | null;
};

const NOT_A_LIST =
  'must be a JSON list such as [{"uri":"https://api.example.com","alias":"api","scopes":{"notes:read":"Read your notes"}}]';

const REPLACED =
  "is replaced by RESOURCES: list each app, but not this service, such as " +
  'RESOURCES=[{"uri":"https://app.example.com","alias":"app"}]';

/** The first-party API and RPC accept no longer names. */
const MAX_URI_LENGTH = 256;

/** `scope-token` (RFC 6749 §3.3). */
const scopeName = z.string(NOT_A_LIST).check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/));

/** An object of names and sentences, or a list of names: then the consent page shows the names. */
const scopes = z.pipe(
  z.transform((given) =>
    Array.isArray(given) ? Object.fromEntries(given.map((name) => [name, name])) : given,
  ),
  z.record(scopeName, z.string(NOT_A_LIST).check(z.minLength(1, NOT_A_LIST)), NOT_A_LIST),
);

const resourceList = ({ isDevelopment }: ResourceMode) =>
  z.array(
    z.strictObject(
      {
        uri: z.string(NOT_A_LIST).check(
          z.maxLength(MAX_URI_LENGTH, `must have URIs of at most ${MAX_URI_LENGTH} characters`),
          z.refine(
            (text) => isResourceUri(text, isDevelopment),
            "must name each resource by an absolute https URI without a fragment",
          ),
        ),
        alias: z.optional(
          z
            .string(NOT_A_LIST)
            .check(z.regex(/^[a-z][a-z0-9-]{0,63}$/, "must have aliases of a-z, 0-9 and -")),
        ),
        scopes: z._default(scopes, {}),
        dynamicClients: z._default(z.boolean(NOT_A_LIST), false),
      },
      NOT_A_LIST,
    ),
    NOT_A_LIST,
  );

/**
 * Reads `RESOURCES`: JSON with the resources that tokens are issued for, beside this service's own API. Refuses
 * `AUDIENCES`, which earlier releases read. Reports all problems.
 */
export function readResources(given: Record<string, unknown>, mode: ResourceMode): ReadResources {
  const problems = given.AUDIENCES === undefined ? [] : [{ path: "AUDIENCES", message: REPLACED }];
  const list = typeof given.RESOURCES === "string" ? parseJson(given.RESOURCES) : (given.RESOURCES ?? []);
  const parsed = resourceList(mode).safeParse(list);
  const resources = (parsed.data ?? []).map(({ uri, alias = null, scopes, dynamicClients }) => ({
    uri,
    alias,
    scopes,
    ...(dynamicClients && { allowsDynamicClients: true }),
  }));
  const messages = parsed.success
    ? conflictsOf(resources, mode.publicUrl)
    : new Set(parsed.error.issues.map(({ message }) => message));
  for (const message of messages) problems.push({ path: "RESOURCES", message });
  return problems.length > 0 ? { problems } : { resources };
}

/** Conflicts of the resources with each other, with this service and with the scopes of OpenID. */
function conflictsOf(resources: readonly Resource[], publicUrl: string | null): readonly string[] {
  const uris = resources.map(({ uri }) => comparable(uri));
  const aliases = resources.flatMap(({ alias }) => alias ?? []);
  const scopeNames = resources.flatMap((resource) => Object.keys(resource.scopes));
  const rules: readonly (readonly [isBroken: boolean, message: string])[] = [
    [hasDuplicates(uris), "must name each URI once"],
    [hasDuplicates(aliases), "must use each alias once"],
    [
      publicUrl !== null && uris.includes(comparable(ownAudience({ publicUrl }))),
      "must not name this service's own API (PUBLIC_URL/api/auth), which tokens can always be issued for",
    ],
    [
      publicUrl !== null && uris.includes(comparable(userinfoUrl({ publicUrl }))),
      "must not name the userinfo endpoint of this service",
    ],
    [aliases.includes(OWN_ALIAS), `must not use the alias ${OWN_ALIAS}, which is this service's own API`],
    [
      OPENID_SCOPES.some((name) => scopeNames.includes(name)),
      `must not use the scopes of OpenID (${OPENID_SCOPES.join(", ")}) for a resource`,
    ],
  ];
  return rules.flatMap(([isBroken, message]) => (isBroken ? [message] : []));
}

const hasDuplicates = (names: readonly string[]): boolean => new Set(names).size < names.length;

/** The spelling of the URL parser without a trailing slash: two URIs must differ in more than that. */
const comparable = (uri: string): string => new URL(uri).href.replace(/\/$/, "");

/** RFC 8707 §2: an absolute URI without a fragment. */
function isResourceUri(text: string, allowHttp: boolean): boolean {
  const url = URL.parse(text);
  if (url === null || text.includes("#") || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (allowHttp && url.protocol === "http:");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
