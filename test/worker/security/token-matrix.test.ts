import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import secretRing from "../../../src/core/crypto/secret-ring.ts?raw";
import * as schema from "../../../src/db/schema.ts";
import challengeCookie from "../../../src/http/challenge-cookie.ts?raw";
import deviceCookie from "../../../src/http/device-cookie.ts?raw";
import { operationPartOf } from "../../../src/http/openapi-operation.ts";
import sessionCookies from "../../../src/http/session-cookies.ts?raw";
import { createAuthService } from "../../../src/rpc/auth-service.ts";
import pageCookies from "../../../src/ui/page-cookies.ts?raw";
import { OTHER_CONSUMERS, PARAMETERS } from "../../support/tokens/consumers.ts";
import {
  type IssuedToken,
  KIND_BY_CHALLENGE_PURPOSE,
  KIND_BY_COOKIE,
  KIND_BY_EMAIL_PURPOSE,
  KINDS_BY_HASH_COLUMN,
  KINDS_BY_KEY_PURPOSE,
  TOKEN_KINDS,
  type TokenKind,
} from "../../support/tokens/kinds.ts";
import { service } from "../../support/tokens/service.ts";

/** Parameters of routes that are no tokens. A parameter that is in neither list fails the test. */
const PLAIN_PARAMETERS = new Set(
  `email password confirmPassword currentPassword newPassword newEmail name username lastName age enabled role phone
   transport audience factor rememberDevice rememberMe isSecondFactor fields assertion limit cursor search status userId type returnTo error iss nonce
   resource scopes expiresInDays overlapSeconds accessTokenTtl authMethod backchannelLogoutUri clientUri grantTypes idTokenAlg
   isFirstParty jwks jwksUri logoUri postLogoutRedirectUris redirectUris refreshGraceSeconds refreshIdleTtl refreshMaxTtl
   requiresPushedRequests resources rotatesRefreshTokens assertion attestation label publicMetadata
   privateMetadata`.split(/\s+/),
);

/** Parameters whose use takes an authenticator: test/worker/authentication/passkeys. */
const OF_PASSKEYS = [
  "POST /login/otp/options challengeId",
  "POST /login/passkey challengeId",
  "POST /login/passkey deviceToken",
];

/** The methods of RPC that take no token, only ids. */
const PLAIN_METHODS =
  `getUser getUsers revokeSession revokeUser can deleteUser cancelUserDeletion exportUser setUserMetadata verifyApiKey`.split(
    " ",
  );

/** A body with a refinement over several fields is wrapped, so its shape is one level deeper. */
const namesIn = (fields: object): string[] =>
  "shape" in fields && fields.shape ? Object.keys(fields.shape) : [];

const parameters = service.app.routes.flatMap(({ method, path, handler }) => {
  const part = operationPartOf(handler);
  const names = [part?.body, part?.query].flatMap((fields) => (fields ? namesIn(fields) : []));
  return names.map((name) => ({ name, place: `${method} ${path.replace("/api/auth", "")} ${name}` }));
});

const sessionRoutes = service.app.routes.filter(({ handler }) => operationPartOf(handler)?.session);

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();
const columns = Object.values(schema)
  .filter((table) => is(table, SQLiteTable))
  .flatMap((table) =>
    Object.values(getTableColumns(table)).map(({ name }) => `${getTableName(table)}.${name}`),
  );

describe("the table of tokens", () => {
  it("has each purpose of a derived key", () => {
    const [, union = ""] = /type KeyPurpose =([^;]*);/.exec(secretRing) ?? [];
    const purposes = [...union.matchAll(/"([^"]+)"/g)].map(([, purpose = ""]) => purpose);
    expect(purposes.length).toBeGreaterThan(10);
    expect(sorted(Object.keys(KINDS_BY_KEY_PURPOSE))).toEqual(sorted(purposes));
  });

  it("has each column that stores a hash", () => {
    const hashes = columns.filter((column) => column.endsWith("_hash"));
    expect(sorted(Object.keys(KINDS_BY_HASH_COLUMN))).toEqual(sorted(hashes));
  });

  it("has each purpose of a mailed link and of a challenge", () => {
    const { emailTokens, oneTimeCodes } = schema;
    expect(sorted(Object.keys(KIND_BY_EMAIL_PURPOSE))).toEqual(sorted(emailTokens.purpose.enumValues));
    expect(sorted(Object.keys(KIND_BY_CHALLENGE_PURPOSE))).toEqual(sorted(oneTimeCodes.purpose.enumValues));
  });

  it("has each cookie", () => {
    const source = sessionCookies + deviceCookie + challengeCookie + pageCookies;
    const names = [...source.matchAll(/"(gh_\w+)"/g)].map(([, name = ""]) => name);
    expect(sorted(Object.keys(KIND_BY_COOKIE))).toEqual(sorted(names));
  });

  it("has each kind that it names", () => {
    const tables = [
      KINDS_BY_KEY_PURPOSE,
      KINDS_BY_HASH_COLUMN,
      KIND_BY_EMAIL_PURPOSE,
      KIND_BY_CHALLENGE_PURPOSE,
    ];
    const named = [...tables, KIND_BY_COOKIE].flatMap((table) => Object.values(table).flat());
    for (const kind of named) if (kind !== null) expect(Object.keys(TOKEN_KINDS)).toContain(kind);
  });
});

describe("the table of consumers", () => {
  it("has each parameter of the router that is not known to be plain", () => {
    const unknown = parameters.filter(({ name }) => !PLAIN_PARAMETERS.has(name)).map(({ place }) => place);
    expect(sorted(unknown)).toEqual(sorted([...OF_PASSKEYS, ...Object.keys(PARAMETERS)]));
  });

  it("has each cookie that is a credential, and each method of RPC", () => {
    const cookies = Object.entries(KIND_BY_COOKIE).flatMap(([name, kind]) =>
      kind ? [`cookie ${name}`] : [],
    );
    const unlisted = cookies.filter((name) => !(name in OTHER_CONSUMERS));
    // The first is no credential: any value of it binds a CSRF token and a challenge. The pages take the others for the
    // account of the session alone; `POST /me/phone/verify` and `POST /me/reauthenticate/otp` are in the table.
    expect(unlisted).toEqual(["cookie gh_csrf", "cookie gh_phone", "cookie gh_confirm"]);
    const { prototype } = createAuthService(() => {
      throw new Error("not called");
    });
    const methods = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
    const listed = Object.keys(OTHER_CONSUMERS).filter((name) => name.startsWith("RPC "));
    expect(sorted(methods)).toEqual(sorted([...listed.map((name) => name.slice(4)), ...PLAIN_METHODS]));
  });
});

const consumers = Object.entries({ ...PARAMETERS, ...OTHER_CONSUMERS });
const issue = (kind: TokenKind): Promise<IssuedToken> => TOKEN_KINDS[kind]();

describe.each(Object.keys(TOKEN_KINDS) as TokenKind[])("a token of the kind “%s”", (kind) => {
  it("is accepted where it belongs", async () => {
    for (const [place, { accepts, use }] of consumers) {
      if (accepts.includes(kind)) expect(await use(await issue(kind)), place).toBe(true);
    }
  });

  it("is refused by every other consumer, and by every route that takes a bearer token", async () => {
    const token = await issue(kind);
    for (const [place, { accepts, use }] of consumers) {
      if (!accepts.includes(kind)) expect(await use(token), place).toBe(false);
    }
    for (const { method, path } of sessionRoutes) {
      const isAccepted =
        kind === "access" || (path.endsWith("/logout") && kind === "access for another audience");
      if (isAccepted) continue;
      const filled = path.replaceAll(/:\w+/g, crypto.randomUUID());
      const answer = await service.call(method, filled, method === "GET" ? undefined : {}, token.value);
      expect([401, 415], `${method} ${path}`).toContain(answer.status);
    }
  });
});
