import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { waitFor } from "../../scripts/shared/wait-for.ts";
import { holdToContract } from "../support/contract/hold.ts";
import { openSurfer } from "./cookie-browser.ts";

export const PASSWORD = "a quiet lighthouse 7";

/** Where the pages of docs/ say that Gatehouse is. */
const PUBLISHED = "https://auth.example.com";

/** A Worker as a reader has it: what a page shows as its configuration, and as its code. */
export type Shown = {
  readonly name: string;
  readonly config: string;
  readonly files: Readonly<Record<string, string>>;
};

/**
 * Gatehouse at an address of this machine, and Workers that are made of nothing but what the pages show, each by its own
 * wrangler.toml. They stand inside of the repository, where `gatehouse/client` is found as any package is.
 */
export async function openDocumented(shown: readonly Shown[]) {
  Object.assign(process.env, wranglerEnvironment);
  mkdirSync(".wrangler", { recursive: true });
  const directory = mkdtempSync(join(".wrangler", "documented-"));
  const gate = await openGate(async (request) => {
    const answer = await harness.getWorker("gatehouse").fetch(request.url, request as never);
    return answer as unknown as Response;
  });
  const here = (text: string) => text.replaceAll(PUBLISHED, gate.origin);
  const originOf = (name: string) => `http://${name}.example.test`;
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        secrets: secretsOf(
          gate.origin,
          shown.map(({ name }) => originOf(name)),
        ),
      },
      ...shown.map(({ name, config, files }) => {
        const room = join(directory, name);
        mkdirSync(room);
        writeFileSync(join(room, "wrangler.toml"), here(whole(config, name)));
        for (const [file, text] of Object.entries(files)) {
          mkdirSync(dirname(join(room, file)), { recursive: true });
          writeFileSync(join(room, file), here(text));
        }
        return { configPath: join(room, "wrangler.toml"), vars: { GATEHOUSE_URL: gate.origin } };
      }),
    ],
  });
  await harness.listen();
  const gatehouse = harness.getWorker<{ DB: D1Database }>("gatehouse");
  await gatehouse.applyD1Migrations("DB");
  const names = new Map([
    [gate.origin, "gatehouse"],
    ...shown.map(({ name }) => [originOf(name), name] as const),
  ]);
  const reach = async (url: URL, init: RequestInit = {}): Promise<Response> => {
    const name = names.get(url.origin);
    if (name === undefined) throw new Error(`nobody is at ${url}`);
    const answer = (await harness.getWorker(name).fetch(url.href, init as never)) as unknown as Response;
    return url.origin === gate.origin ? holdToContract(init.method ?? "GET", url.pathname, answer) : answer;
  };
  return {
    origin: gate.origin,
    originOf,
    directory,
    here,
    reach,
    query: async (sql: string, ...values: string[]) =>
      (await gatehouse.getEnv()).DB.prepare(sql)
        .bind(...values)
        .run(),
    newSurfer: () => openSurfer(reach),
    async close() {
      await harness.close();
      await gate.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Some pages show a whole file, which has to do as it is; others the part that matters there. */
const whole = (config: string, name: string): string =>
  /^name =/m.test(config)
    ? config
    : `name = "${name}"\nmain = "index.ts"\ncompatibility_date = "2026-11-01"\n${config}`;

export type Documented = Awaited<ReturnType<typeof openDocumented>>;

const secretsOf = (origin: string, apps: readonly string[]) => ({
  ENVIRONMENT: "development",
  PUBLIC_URL: origin,
  AUTH_SECRET: "a test's root secret, 32 bytes or more",
  // As examples/notes/README.md has them.
  AUDIENCES: "gatehouse,notes",
  ALLOWED_RETURN_URLS: apps.map((app) => `${app}/signed-in`).join(","),
  MAIL_PROVIDER: "mailbox",
  MAIL_FROM: "Gatehouse <no-reply@example.test>",
  PASSWORD_HASH_BLOCKS: "1",
  RATE_LIMITS: "off",
});

/** An address that is known before the harness has one: PUBLIC_URL is told to the Worker when it starts. */
async function openGate(answer: (request: Request) => Promise<Response>) {
  const server = createServer(async (asked, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of asked) chunks.push(chunk);
    const headers = Object.entries(asked.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
    const request = new Request(`${origin}${asked.url}`, { method: asked.method, headers, body });
    const given = await answer(request);
    response.writeHead(given.status, [...given.headers].flat());
    response.end(Buffer.from(await given.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Somebody with a verified account, and how they get tokens. */
export async function memberOf(
  { origin, reach }: Documented,
  email = `person-${crypto.randomUUID()}@example.com`,
) {
  const post = async (path: string, body: object) => {
    const init = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any route
    return (await (await reach(new URL(`${origin}/api/auth${path}`), init)).json()) as any;
  };
  await post("/register", { email, password: PASSWORD, name: "Ada" });
  const token = await waitFor(`a token mailed to ${email}`, async () => {
    const answer = await reach(new URL(`${origin}/dev/mailbox.json?to=${encodeURIComponent(email)}`));
    const { messages } = (await answer.json()) as { messages: { text: string }[] };
    return /token=([\w-]+)/.exec(messages[0]?.text ?? "")?.[1];
  });
  await post("/verify-email", { token });
  return {
    email,
    tokenFor: async (audience?: string): Promise<string> =>
      (await post("/login", { email, password: PASSWORD, audience })).data.token,
  };
}
