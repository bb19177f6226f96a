import { decodeJwt } from "jose";
import type { Client } from "../../../../src/oauth/clients/client.ts";
import {
  createClient,
  errorOf,
  FILES,
  ISSUER,
  NOTES,
  RESOURCE_VARIABLES,
  type TestClient,
  tokensOf,
  USERINFO,
} from "../../../support/oauth.ts";
import { resourceUri } from "../../../support/resources.ts";
import { type ApiResponse, type Service, startService } from "../../../support/service.ts";

/** RESOURCES with a third resource, which no client is registered for. */
export const MATRIX_VARIABLES = {
  RESOURCES: JSON.stringify([
    ...JSON.parse(RESOURCE_VARIABLES.RESOURCES),
    { uri: resourceUri("app"), alias: "app", scopes: { admin: "Administer the app" } },
  ]),
};

export const startMatrixService = (): Service => startService({ env: MATRIX_VARIABLES });

/** The clients of the matrices by name. */
export const REGISTRATIONS = {
  notes: { resources: [NOTES], scopes: ["openid", "notes:read"] },
  /** It has a scope of a resource that it may not request. */
  files: { resources: [FILES], scopes: ["files:read", "notes:read"] },
  both: { resources: [NOTES, FILES], scopes: ["openid", "email", "notes:read", "notes:write", "files:read"] },
  identity: { resources: [], scopes: ["openid", "profile"] },
} as const;

export type ClientName = keyof typeof REGISTRATIONS;
export const CLIENT_NAMES = Object.keys(REGISTRATIONS) as ClientName[];

export const createMatrixClient = (
  service: Service,
  name: ClientName,
  changes: Partial<Client> = {},
): Promise<TestClient> => createClient(service, { ...REGISTRATIONS[name], ...changes });

/** The parameter `resource` of a request: omitted, of each resource, and of this service. */
export const TARGETS: readonly (string | undefined)[] = [
  undefined,
  ...[NOTES, FILES, resourceUri("app"), "notes", "gatehouse", `${ISSUER}/api/auth`, USERINFO],
];

/** The parameter `scope`: omitted, single scopes, and combinations of allowed and other ones. */
export const SCOPES: readonly (string | undefined)[] = [
  undefined,
  ...["notes:read", "notes:write", "files:read", "openid", "email", "openid notes:read", "openid email"],
  ...["notes:write notes:read", "notes:read files:read", "openid admin"],
];

type Expected =
  | { readonly aud: readonly string[]; readonly scope: string }
  | "invalid_target"
  | "invalid_scope";

const OMITTED = "";
const ofNotes = (scope: string): Expected => ({ aud: [NOTES], scope });
const ofNotesAndUserinfo = (scope: string): Expected => ({ aud: [NOTES, USERINFO], scope });
const ofFiles = (scope: string): Expected => ({ aud: [FILES], scope });
const ofFilesAndUserinfo = (scope: string): Expected => ({ aud: [FILES, USERINFO], scope });
const ofUserinfo = (scope: string): Expected => ({ aud: [USERINFO], scope });

const NOTES_OF_NOTES: Record<string, Expected> = {
  [OMITTED]: ofNotes("notes:read"),
  "notes:read": ofNotes("notes:read"),
  openid: ofNotesAndUserinfo("openid"),
  "openid notes:read": ofNotesAndUserinfo("notes:read openid"),
};
const FILES_OF_FILES: Record<string, Expected> = {
  [OMITTED]: ofFiles("files:read"),
  "files:read": ofFiles("files:read"),
};

/**
 * Client, resource, scope: every request that gives access to a user's data, and what its access token is for. All others
 * are refused: `invalid_target` for a resource that is not in the table, else `invalid_scope`.
 */
const ACCESS: Record<ClientName, Record<string, Record<string, Expected>>> = {
  // The only resource of a client is the one of a request that names none.
  notes: { [OMITTED]: NOTES_OF_NOTES, [NOTES]: NOTES_OF_NOTES },
  files: { [OMITTED]: FILES_OF_FILES, [FILES]: FILES_OF_FILES },
  both: {
    [OMITTED]: {
      openid: ofUserinfo("openid"),
      "openid email": ofUserinfo("email openid"),
      email: "invalid_target",
    },
    [NOTES]: {
      [OMITTED]: ofNotes("notes:read notes:write"),
      "notes:read": ofNotes("notes:read"),
      "notes:write": ofNotes("notes:write"),
      "notes:write notes:read": ofNotes("notes:read notes:write"),
      openid: ofNotesAndUserinfo("openid"),
      email: ofNotes("email"),
      "openid email": ofNotesAndUserinfo("email openid"),
      "openid notes:read": ofNotesAndUserinfo("notes:read openid"),
    },
    [FILES]: {
      [OMITTED]: ofFiles("files:read"),
      "files:read": ofFiles("files:read"),
      openid: ofFilesAndUserinfo("openid"),
      email: ofFiles("email"),
      "openid email": ofFilesAndUserinfo("email openid"),
    },
  },
  identity: { [OMITTED]: { openid: ofUserinfo("openid") } },
};

export type Request = { readonly target: string | undefined; readonly scope: string | undefined };

export const expectedAccess = (name: ClientName, { target, scope }: Request): Expected => {
  const ofTarget = ACCESS[name][target ?? OMITTED];
  return ofTarget ? (ofTarget[scope ?? OMITTED] ?? "invalid_scope") : "invalid_target";
};

/** Every request of the matrix. */
export const REQUESTS: readonly Request[] = TARGETS.flatMap((target) =>
  SCOPES.map((scope) => ({ target, scope })),
);

/** The parameters of a request. */
export const parametersOf = ({ target, scope }: Request): Record<string, string> => ({
  ...(target === undefined ? {} : { resource: target }),
  ...(scope === undefined ? {} : { scope }),
});

/** The resource and the scopes of the access token of a response, whose own claims must agree with it; or its error. */
export function accessIn(answer: ApiResponse) {
  if (answer.status !== 200) return errorOf(answer);
  const { access_token, scope } = tokensOf(answer);
  const claims = decodeJwt<{ scope: string }>(access_token);
  if (claims.scope !== scope) throw new Error(`the token has ${claims.scope}, the response ${scope}`);
  return { aud: [claims.aud ?? []].flat(), scope };
}
