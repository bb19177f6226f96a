import { createTestHarness } from "wrangler";
import type { FillableD1 } from "../scripts/dev/fill-database.ts";
import { wranglerEnvironment } from "../scripts/shared/run-wrangler.ts";
import { createPasswordHasher } from "../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../src/core/crypto/secret-ring.ts";
import { sendOk } from "./send.ts";

export const PASSWORD = "a quiet lighthouse 7";
const AUTH_SECRET = "a bench's root secret, 32 bytes or more";
/** One block, so that hashing does not hide the database's time. */
const HASH_BLOCKS = 1;
const SAMPLE_SIZE = 200;

type User = {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly last_name: string | null;
};
export type ListResponse = {
  readonly data: { readonly users?: User[]; readonly nextCursor?: string | null; readonly token?: string };
};

/** A service on loopback in workerd, with its own database. */
export type BenchService = {
  /** A sample of the users who may sign in. */
  readonly users: readonly User[];
  /** Access tokens of some of these users. */
  readonly tokens: readonly string[];
  /** `GET /users`, as a superuser. */
  list(query: Record<string, string>): Promise<ListResponse>;
  get(path: string, token: string | undefined): Promise<ListResponse>;
  post(path: string, body: object): Promise<ListResponse>;
  close(): Promise<void>;
};

export async function openService(
  fill: (db: FillableD1, passwordHash: string) => Promise<void>,
): Promise<BenchService> {
  Object.assign(process.env, wranglerEnvironment);
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        secrets: {
          AUTH_SECRET,
          ENVIRONMENT: "development",
          PUBLIC_URL: "http://localhost",
          MAIL_PROVIDER: "mailbox",
          MAIL_FROM: "Gatehouse <no-reply@example.test>",
          PASSWORD_HASH_BLOCKS: String(HASH_BLOCKS),
          RATE_LIMITS: "off",
          // The bench may take longer than the default lifetime.
          ACCESS_TOKEN_TTL: "7200",
        },
      },
    ],
  });
  const { url } = await harness.listen();
  await harness.getWorker().applyD1Migrations("DB");
  const { DB: db } = await harness.getWorker<{ DB: FillableD1 & Queryable }>().getEnv();
  const ring = await createSecretRing(AUTH_SECRET, undefined);
  await fill(db, await createPasswordHasher(ring, HASH_BLOCKS).hash(PASSWORD));
  const call = apiClient(url.origin);
  const post = (path: string, body: object) => call("POST", path, undefined, body);
  const users = await sampleUsers(db);
  const tokens: string[] = [];
  for (const { email } of [...users.slice(0, 20), await findSuperuser(db)]) {
    tokens.push((await post("/login", { email, password: PASSWORD })).data.token ?? "");
  }
  const superuser = tokens.pop();
  return {
    users,
    tokens,
    list: (query) => call("GET", `/users?${new URLSearchParams(query)}`, superuser),
    get: (path, token) => call("GET", path, token),
    post,
    close: () => harness.close(),
  };
}

type Queryable = {
  prepare(query: string): { bind(...values: unknown[]): { all<T>(): Promise<{ results: T[] }> } };
};

const MAY_SIGN_IN = "status = 'active' AND email_verified_at IS NOT NULL";

/** Evenly spaced rows, so that each is on another page of the database. */
async function sampleUsers(db: Queryable): Promise<User[]> {
  const step = "(SELECT max(1, max(rowid) / ?) FROM accounts)";
  const { results } = await db
    .prepare(
      `SELECT id, email, name, last_name FROM accounts WHERE rowid % ${step} = 0 AND role = 'user' AND ${MAY_SIGN_IN}`,
    )
    .bind(SAMPLE_SIZE)
    .all<User>();
  return results;
}

async function findSuperuser(db: Queryable): Promise<User> {
  const { results } = await db
    .prepare(`SELECT id, email, name, last_name FROM accounts WHERE role = ? AND ${MAY_SIGN_IN}`)
    .bind("superuser")
    .all<User>();
  if (results[0] === undefined) throw new Error("the database has no superuser who may sign in");
  return results[0];
}

const apiClient =
  (origin: string) =>
  async (method: string, path: string, token?: string, body?: object): Promise<ListResponse> => {
    const { text } = await sendOk(`${origin}/api/auth${path}`, method, { body, token });
    return JSON.parse(text) as ListResponse;
  };
