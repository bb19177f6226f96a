import { env } from "cloudflare:workers";
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { hashOneTimeToken, newOneTimeToken } from "../../src/core/crypto/one-time-token.ts";
import { openDatabase } from "../../src/db/database.ts";
import { newMeter } from "../../src/db/metered-d1.ts";
import {
  oauthAuthorizationCodes,
  oauthClientSecrets,
  oauthClients,
  oauthGrants,
} from "../../src/db/schema.ts";
import type { Client } from "../../src/oauth/clients/client.ts";
import { newClientRow } from "./client-row.ts";
import { type NewUser, PASSWORD } from "./inserted-users.ts";
import type { ApiResponse, Service } from "./service.ts";
import { newAddress, registerVerifiedUser } from "./users.ts";

export const ISSUER = "http://gatehouse.test";
export const USERINFO = `${ISSUER}/oauth/userinfo`;
export const NOTES = "https://notes.example.com/api";
export const FILES = "https://files.example.com/api";
export const REDIRECT_URI = "https://client.example.com/callback";

/** RESOURCES with two resources, for `startService`. */
export const RESOURCE_VARIABLES = {
  RESOURCES: JSON.stringify([
    {
      uri: NOTES,
      alias: "notes",
      scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
    },
    { uri: FILES, scopes: { "files:read": "Read your files" } },
  ]),
};

/** RESOURCES with one resource, which a request need not name. */
export const ONE_RESOURCE = {
  RESOURCES: JSON.stringify([{ uri: NOTES, alias: "notes", scopes: { "notes:read": "Read your notes" } }]),
};

const database = () => openDatabase(env.DB, newMeter());

/** A client with a secret, as its requests need it. */
export type TestClient = Client & { readonly secret: string };

/** Inserts a client: confidential, with `client_secret_post`, for both resources and all scopes. */
export async function createClient(
  { clock }: { readonly clock: { now(): number } },
  changes: Partial<Client> = {},
): Promise<TestClient> {
  const now = clock.now();
  const secret = newOneTimeToken();
  const client = newClientRow(
    {
      now,
      name: "A test client",
      authMethod: "client_secret_post",
      redirectUris: [REDIRECT_URI],
      grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
      resources: [NOTES, FILES],
      scopes: [
        ...["openid", "profile", "email", "phone", "offline_access"],
        ...["notes:read", "notes:write", "files:read"],
      ],
    },
    changes,
  );
  const db = database();
  await db.insert(oauthClients).values(client as typeof oauthClients.$inferInsert);
  if (client.authMethod.startsWith("client_secret")) await addSecret(client.id, secret, now);
  return { ...client, secret };
}

/** A client that authenticates by `private_key_jwt`. `assertion`: the parameters of a new one each time. */
export async function createKeyClient(
  service: { readonly clock: { now(): number } },
  changes: Partial<Client> = {},
) {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwks = JSON.stringify({ keys: [await exportJWK(publicKey)] });
  const client = await createClient(service, { authMethod: "private_key_jwt", jwks, ...changes });
  const assertion = async (changes: JWTPayload = {}) => {
    const exp = Math.floor(service.clock.now() / 1000) + 60;
    const claims = { iss: client.id, sub: client.id, aud: ISSUER, jti: crypto.randomUUID(), exp, ...changes };
    return {
      client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).sign(privateKey),
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    };
  };
  return { client, assertion };
}

/** Inserts one more secret of a client. */
export async function addSecret(
  clientId: string,
  secret: string,
  now: number,
  expiresAt: number | null = null,
) {
  const row = {
    id: crypto.randomUUID(),
    clientId,
    secretHash: await hashOneTimeToken(secret),
    createdAt: now,
    expiresAt,
  };
  await database().insert(oauthClientSecrets).values(row);
}

/** A user with a browser session at the service. */
export async function signedInUser(service: Service, fields: NewUser = {}) {
  const { email } = await registerVerifiedUser(service, newAddress(), fields);
  const { token, refreshToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
  const { sub, sid } = decodeJwt(token) as { sub: string; sid: string };
  return { email, token, refreshToken, accountId: sub, sessionId: sid };
}

export type BrowserUser = Awaited<ReturnType<typeof signedInUser>>;

type Authorization = {
  readonly user: Pick<BrowserUser, "accountId" | "sessionId">;
  readonly client: Pick<Client, "id">;
  /** Empty: no resource. */
  readonly resource?: string;
  readonly scope?: string;
  readonly nonce?: string | null;
  readonly redirectUri?: string;
};

/** An authorization code with its verifier, as the authorization endpoint would issue it. */
export async function authorizedCode(
  { clock }: Pick<Service, "clock">,
  {
    user,
    client,
    resource = NOTES,
    scope = "email notes:read openid profile",
    nonce = "the nonce",
    redirectUri = REDIRECT_URI,
  }: Authorization,
) {
  const now = clock.now();
  const [code, verifier] = [newOneTimeToken(), newOneTimeToken()];
  const redirectHost = new URL(redirectUri).host;
  const { accountId, sessionId } = user;
  const db = database();
  const [grant] = await db
    .insert(oauthGrants)
    .values({
      ...{ id: crypto.randomUUID(), accountId, clientId: client.id, resource, scope, redirectHost },
      ...{ createdAt: now, updatedAt: now },
    })
    .onConflictDoUpdate({
      target: [oauthGrants.accountId, oauthGrants.clientId, oauthGrants.resource, oauthGrants.redirectHost],
      set: { updatedAt: now, scope },
    })
    .returning({ id: oauthGrants.id });
  await db.insert(oauthAuthorizationCodes).values({
    codeHash: await hashOneTimeToken(code),
    codeChallenge: await hashOneTimeToken(verifier),
    ...{
      clientId: client.id,
      accountId,
      grantId: grant?.id ?? "",
      sessionId,
      redirectUri,
      resource,
      scope,
      nonce,
    },
    ...{ createdAt: now, expiresAt: now + 60_000 },
  });
  return { code, verifier, grantId: grant?.id ?? "" };
}

/** The parameters that authenticate the client, with its own method if that needs no signature. */
export const credentialsOf = ({ id, authMethod, secret }: TestClient): Record<string, string> =>
  authMethod === "client_secret_post" ? { client_id: id, client_secret: secret } : { client_id: id };

/** `Authorization: Basic` (RFC 6749 §2.3.1). */
export const basicOf = ({ id, secret }: Pick<TestClient, "id" | "secret">): string =>
  `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`;

/** Posts a form to an OAuth endpoint. */
export const postForm = (
  service: Service,
  path: string,
  form: Readonly<Record<string, string>> | string,
  headers: Record<string, string> = {},
): Promise<ApiResponse> =>
  service.call(
    "POST",
    path,
    typeof form === "string" ? form : new URLSearchParams(form).toString(),
    undefined,
    {
      "Content-Type": "application/x-www-form-urlencoded",
      ...headers,
    },
  );

/** The JSON of an OAuth response, which has no envelope. */
export const jsonOf = ({ text }: Pick<ApiResponse, "text">) => JSON.parse(text) as Record<string, unknown>;

export const requestTokens = (
  service: Service,
  client: TestClient,
  form: Readonly<Record<string, string>>,
): Promise<ApiResponse> => postForm(service, "/oauth/token", { ...credentialsOf(client), ...form });

/** Redeems a code at the token endpoint. */
export const redeem = (
  service: Service,
  client: TestClient,
  { code, verifier }: { readonly code: string; readonly verifier: string },
  form: Readonly<Record<string, string>> = {},
): Promise<ApiResponse> =>
  requestTokens(service, client, {
    ...{ grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: REDIRECT_URI },
    ...form,
  });

export const refresh = (
  service: Service,
  client: TestClient,
  refreshToken: string,
  form: Readonly<Record<string, string>> = {},
): Promise<ApiResponse> =>
  requestTokens(service, client, { grant_type: "refresh_token", refresh_token: refreshToken, ...form });

export type ClientTokens = {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly expires_in: number;
  readonly scope: string;
};

/** The tokens of a response, which must succeed. */
export function tokensOf(answer: ApiResponse): ClientTokens {
  if (answer.status !== 200) throw new Error(`the token endpoint answered ${answer.status}: ${answer.text}`);
  return jsonOf(answer) as unknown as ClientTokens;
}

/** The tokens of a user for a client, by a code. */
export async function authorizeClient(
  service: Service,
  client: TestClient,
  authorization: Partial<Omit<Authorization, "client" | "user">> & { readonly user?: BrowserUser } = {},
) {
  const user = authorization.user ?? (await signedInUser(service));
  const code = await authorizedCode(service, { ...authorization, user, client });
  return { user, ...code, ...tokensOf(await redeem(service, client, code)) };
}

/** The session of a token. */
export const familyOf = (token: string): string => (decodeJwt(token) as JWTPayload & { sid: string }).sid;

/** The `error` of a response. */
export const errorOf = (answer: ApiResponse): unknown => jsonOf(answer).error;

/** The token with one other character inside its signature. The last one may have bits that count for nothing. */
export const withOtherSignature = (token: string): string =>
  `${token.slice(0, -10)}${token.at(-10) === "A" ? "B" : "A"}${token.slice(-9)}`;
