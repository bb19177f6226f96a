import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { waitFor } from "../../scripts/shared/wait-for.ts";
import { assertMatchesContract } from "../support/openapi-contract.ts";
import { openCookieBrowser } from "./cookie-browser.ts";
import { CLIENT_SECRET, registerClient } from "./register-client.ts";

export const GATEHOUSE = "https://auth.example.test";
export const NOTES = "https://notes.example.test";

export const PASSWORD = "a quiet lighthouse 7";

const SECRETS = {
  ENVIRONMENT: "development",
  PUBLIC_URL: GATEHOUSE,
  AUTH_SECRET: "a test's root secret, 32 bytes or more",
  RESOURCES: JSON.stringify([{ uri: NOTES, alias: "notes" }]),
  MAIL_PROVIDER: "mailbox",
  SMS_PROVIDER: "mailbox",
  PASSWORD_HASH_BLOCKS: "1",
  RATE_LIMITS: "off",
};

/** Starts Gatehouse and the example, each with its own wrangler.toml and an empty database. */
export async function startExample() {
  Object.assign(process.env, wranglerEnvironment);
  const harness = createTestHarness({
    workers: [
      // The harness also reads a developer's .dev.vars; secrets override it.
      { configPath: "wrangler.toml", secrets: SECRETS },
      { configPath: "examples/notes/wrangler.toml", vars: { GATEHOUSE_URL: GATEHOUSE, CLIENT_SECRET } },
    ],
  });
  await harness.listen();
  const workers: Readonly<Record<string, string>> = { [GATEHOUSE]: "gatehouse", [NOTES]: "gatehouse-notes" };
  for (const name of Object.values(workers)) await harness.getWorker(name).applyD1Migrations("DB");

  await registerClient((await harness.getWorker<{ DB: D1Database }>("gatehouse").getEnv()).DB, {
    id: "notes",
    secret: CLIENT_SECRET,
    origins: [NOTES],
    resource: NOTES,
  });

  const fetchWorker = async (url: URL, init: RequestInit): Promise<Response> => {
    const name = workers[url.origin];
    if (name === undefined) throw new Error(`No Worker has the origin of ${url}`);
    // The harness declares its own fetch types.
    const response = (await harness.getWorker(name).fetch(url.href, init as never)) as unknown as Response;
    return url.origin === GATEHOUSE
      ? assertMatchesContract(init.method ?? "GET", url.pathname, response)
      : response;
  };

  async function api(path: string, body?: object, token?: string) {
    const response = await fetchWorker(new URL(`${GATEHOUSE}/api/auth${path}`), {
      method: body ? "POST" : "GET",
      body: body && JSON.stringify(body),
      headers: {
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
    });
    // biome-ignore lint/suspicious/noExplicitAny: the tests assert the shape of each body
    return { status: response.status, body: (await response.json()) as any };
  }

  /** The URL with a token in the newest mail to an address. */
  const mailedLink = (email: string): Promise<string> =>
    waitFor(`a link mailed to ${email}`, async () => {
      const url = `${GATEHOUSE}/dev/mailbox.json?to=${encodeURIComponent(email)}`;
      const { messages } = (await (await fetchWorker(new URL(url), {})).json()) as {
        messages: { text: string }[];
      };
      return /https:\S+\?token=\S+/.exec(messages[0]?.text ?? "")?.[0];
    });

  return {
    harness,
    fetchWorker,
    api,
    mailedLink,
    newBrowser: () => openCookieBrowser(fetchWorker),
    close: () => harness.close(),
  };
}

export type ExampleWorkers = Awaited<ReturnType<typeof startExample>>;
