import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { waitFor } from "../../scripts/shared/wait-for.ts";
import { assertMatchesContract } from "../support/openapi-contract.ts";
import { openCookieBrowser } from "./cookie-browser.ts";
import { CLIENT_SECRET, registerClient } from "./register-client.ts";

export const PASSWORD = "a quiet lighthouse 7";

/** The PUBLIC_URL of Gatehouse in the examples of docs/. */
const DOCUMENTED_URL = "https://auth.example.com";

/** A Worker that consists of the configuration and the code in a documentation page. */
export type DocumentedWorker = {
  readonly name: string;
  readonly config: string;
  readonly files: Readonly<Record<string, string>>;
};

/**
 * Starts Gatehouse behind a proxy on loopback, and the given Workers, each with its own wrangler.toml. The files of the Workers
 * are inside the repository, so that they resolve `gatehouse/client` as a package.
 */
export async function startDocumentedWorkers(documentedWorkers: readonly DocumentedWorker[]) {
  Object.assign(process.env, wranglerEnvironment);
  mkdirSync(".wrangler", { recursive: true });
  const directory = mkdtempSync(join(".wrangler", "documented-"));
  const proxy = await startProxy(async (request) => {
    const response = await harness.getWorker("gatehouse").fetch(request.url, request as never);
    return response as unknown as Response;
  });
  const withLocalOrigin = (text: string) => text.replaceAll(DOCUMENTED_URL, proxy.origin);
  const originOf = (name: string) => `https://${name}.example.test`;
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        secrets: secretsOf(proxy.origin),
      },
      ...documentedWorkers.map(({ name, config, files }) => {
        const folder = join(directory, name);
        mkdirSync(folder);
        writeFileSync(join(folder, "wrangler.toml"), withLocalOrigin(wholeConfig(config, name)));
        for (const [file, text] of Object.entries(files)) {
          mkdirSync(dirname(join(folder, file)), { recursive: true });
          writeFileSync(join(folder, file), withLocalOrigin(text));
        }
        return {
          configPath: join(folder, "wrangler.toml"),
          vars: { GATEHOUSE_URL: proxy.origin, CLIENT_SECRET },
        };
      }),
    ],
  });
  await harness.listen();
  const gatehouse = harness.getWorker<{ DB: D1Database }>("gatehouse");
  await gatehouse.applyD1Migrations("DB");
  await registerClient((await gatehouse.getEnv()).DB, {
    id: "notes",
    secret: CLIENT_SECRET,
    origins: documentedWorkers.map(({ name }) => originOf(name)),
    resource: "https://notes.example.com",
  });
  const names = new Map([
    [proxy.origin, "gatehouse"],
    ...documentedWorkers.map(({ name }) => [originOf(name), name] as const),
  ]);
  const fetchWorker = async (url: URL, init: RequestInit = {}): Promise<Response> => {
    const name = names.get(url.origin);
    if (name === undefined) throw new Error(`No Worker has the origin of ${url}`);
    const response = (await harness.getWorker(name).fetch(url.href, init as never)) as unknown as Response;
    return url.origin === proxy.origin
      ? assertMatchesContract(init.method ?? "GET", url.pathname, response)
      : response;
  };
  return {
    origin: proxy.origin,
    originOf,
    directory,
    withLocalOrigin,
    fetchWorker,
    query: async (sql: string, ...values: string[]) =>
      (await gatehouse.getEnv()).DB.prepare(sql)
        .bind(...values)
        .run(),
    newBrowser: () => openCookieBrowser(fetchWorker),
    async close() {
      await harness.close();
      await proxy.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Completes a configuration without a `name`: some pages show only a part of the file. A whole file stays unchanged. */
const wholeConfig = (config: string, name: string): string =>
  /^name =/m.test(config)
    ? config
    : `name = "${name}"\nmain = "index.ts"\ncompatibility_date = "2026-11-01"\n${config}`;

export type DocumentedWorkers = Awaited<ReturnType<typeof startDocumentedWorkers>>;

const secretsOf = (origin: string) => ({
  ENVIRONMENT: "development",
  PUBLIC_URL: origin,
  AUTH_SECRET: "a test's root secret, 32 bytes or more",
  // The values in examples/notes/README.md.
  RESOURCES: '[{"uri":"https://notes.example.com","alias":"notes"}]',
  MAIL_PROVIDER: "mailbox",
  MAIL_FROM: "Gatehouse <no-reply@example.test>",
  PASSWORD_HASH_BLOCKS: "1",
  RATE_LIMITS: "off",
});

/** Starts a proxy whose origin is known before the harness starts: Gatehouse needs it as PUBLIC_URL at startup. */
async function startProxy(forward: (request: Request) => Promise<Response>) {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
    const request = new Request(`${origin}${incoming.url}`, { method: incoming.method, headers, body });
    const response = await forward(request);
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Creates an account with a verified address. `tokenFor` signs in and returns an access token. */
export async function createMember(
  { origin, fetchWorker }: DocumentedWorkers,
  email = `user-${crypto.randomUUID()}@example.com`,
) {
  const post = async (path: string, body: object) => {
    const init = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    // biome-ignore lint/suspicious/noExplicitAny: the tests assert the shape of each body
    return (await (await fetchWorker(new URL(`${origin}/api/auth${path}`), init)).json()) as any;
  };
  await post("/register", { email, password: PASSWORD, name: "Ada" });
  const token = await waitFor(`a token mailed to ${email}`, async () => {
    const response = await fetchWorker(new URL(`${origin}/dev/mailbox.json?to=${encodeURIComponent(email)}`));
    const { messages } = (await response.json()) as { messages: { text: string }[] };
    return /token=([\w-]+)/.exec(messages[0]?.text ?? "")?.[1];
  });
  await post("/verify-email", { token });
  return {
    email,
    tokenFor: async (audience?: string): Promise<string> =>
      (await post("/login", { email, password: PASSWORD, audience })).data.token,
  };
}
