import { WorkerEntrypoint } from "cloudflare:workers";
import { Hono } from "hono";
import { importJWK, type JWTPayload, jwtVerify } from "jose";

// The floors of `npm run bench:floor`: the work that each measured operation cannot do without, and no more.

type Env = {
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly ISSUER: string;
  readonly AUDIENCE: string;
  readonly HASH_BLOCKS: number;
};

const app = new Hono<{ Bindings: Env }>();

app.get("/empty", (c) => c.json({ status: "ok" }));

/** One verification, and the query of `GET /me`. */
app.get("/me", async (c) => {
  const { sub, sid } = await verify(c.env, c.req.header("Authorization")?.slice("Bearer ".length) ?? "");
  const now = Date.now();
  const account = await c.env.DB.prepare(SESSION_QUERY)
    .bind(sid, now, now)
    .first<Record<string, string | number | null>>();
  if (account?.id !== sub) return c.json({ success: false }, 401);
  return c.json({ success: true, data: account });
});

/** The blocks of one password hash (src/core/crypto/password-hash.ts). */
app.post("/hash", async (c) => {
  const { password } = await c.req.json<{ password: string }>();
  const bytes = new TextEncoder().encode(password);
  const material = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
  let output = new Uint8Array(0);
  for (let block = 0; block < c.env.HASH_BLOCKS; block += 1) {
    const salt = new Uint8Array(16 + output.length);
    salt.set(output, 16);
    const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: 100_000 };
    output = new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, 256));
  }
  return c.json({ length: output.length });
});

export default app;

/** One verification, and one read of the revocation list. */
export class FloorService extends WorkerEntrypoint<Env> {
  async verifyToken(token: string) {
    const claims = await verify(this.env, token);
    const keys = [`deny:sid:${claims.sid}`, `deny:user:${claims.sub}`];
    const denied = await this.env.KV.get(keys);
    if ([...denied.values()].some((value) => value !== null)) return { ok: false };
    return { ok: true, session: claims };
  }
}

let key: CryptoKey | undefined;

/** The checks of src/sessions/access-token.ts. */
async function verify(env: Env, token: string): Promise<JWTPayload> {
  key ??= await readKey(env.DB);
  const { payload } = await jwtVerify(token, key, {
    algorithms: ["ES256"],
    typ: "at+jwt",
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    requiredClaims: ["exp", "iat", "sub", "sid", "jti"],
  });
  return payload;
}

async function readKey(db: D1Database): Promise<CryptoKey> {
  const text = await db
    .prepare("SELECT public_jwk FROM signing_keys WHERE alg = 'ES256'")
    .first<string>("public_jwk");
  return (await importJWK(JSON.parse(text ?? ""), "ES256")) as CryptoKey;
}

const SESSION_QUERY = `SELECT sessions.client_id, sessions.account_id AS id, accounts.email, accounts.email_verified_at,
  accounts.name, accounts.last_name, accounts.username, accounts.age, accounts.phone, accounts.phone_verified_at,
  accounts.avatar_key, accounts.locale, accounts.role, accounts.status, accounts.created_at, accounts.updated_at
  FROM sessions INNER JOIN accounts ON accounts.id = sessions.account_id
  WHERE sessions.id = ? AND sessions.revoked_at IS NULL AND sessions.idle_expires_at > ? AND sessions.expires_at > ?
  AND accounts.status = 'active'`;
