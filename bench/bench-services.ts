import { createTestHarness } from "wrangler";
import type { FillableD1 } from "../scripts/dev/fill-database.ts";
import { wranglerEnvironment } from "../scripts/shared/run-wrangler.ts";
import { createPasswordHasher } from "../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../src/core/crypto/secret-ring.ts";
import { succeed } from "./send.ts";

export const PASSWORD = "a quiet lighthouse 7";
const AUTH_SECRET = "a bench's root secret, 32 bytes or more";
/** One block, so that the database is seen behind the hashing. */
const HASH_BLOCKS = 1;
const PEOPLE = 200;

type Person = {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly last_name: string | null;
};
export type Answer = {
  readonly data: { readonly users?: Person[]; readonly nextCursor?: string | null; readonly token?: string };
};

/** A service on loopback in workerd, with a database of its own. */
export type BenchService = {
  /** Some who may sign in, from among all. */
  readonly people: readonly Person[];
  /** Access tokens of some of them. */
  readonly tokens: readonly string[];
  /** `GET /users`, as a superuser. */
  list(query: Record<string, string>): Promise<Answer>;
  get(path: string, token: string | undefined): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
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
          // The bench may take longer than a token lives.
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
  const call = caller(url.origin);
  const post = (path: string, body: object) => call("POST", path, undefined, body);
  const people = await somePeople(db);
  const tokens: string[] = [];
  for (const { email } of [...people.slice(0, 20), await aSuperuser(db)]) {
    tokens.push((await post("/login", { email, password: PASSWORD })).data.token ?? "");
  }
  const superuser = tokens.pop();
  return {
    people,
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

/** Each a step further, so that they lie on pages of their own. */
async function somePeople(db: Queryable): Promise<Person[]> {
  const step = "(SELECT max(1, max(rowid) / ?) FROM accounts)";
  const { results } = await db
    .prepare(
      `SELECT id, email, name, last_name FROM accounts WHERE rowid % ${step} = 0 AND role = 'user' AND ${MAY_SIGN_IN}`,
    )
    .bind(PEOPLE)
    .all<Person>();
  return results;
}

async function aSuperuser(db: Queryable): Promise<Person> {
  const { results } = await db
    .prepare(`SELECT id, email, name, last_name FROM accounts WHERE role = ? AND ${MAY_SIGN_IN}`)
    .bind("superuser")
    .all<Person>();
  if (results[0] === undefined) throw new Error("there is no superuser who may sign in");
  return results[0];
}

const caller =
  (origin: string) =>
  async (method: string, path: string, token?: string, body?: object): Promise<Answer> => {
    const { text } = await succeed(`${origin}/api/auth${path}`, method, { body, token });
    return JSON.parse(text) as Answer;
  };
