import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { waitFor } from "../../scripts/shared/wait-for.ts";
import { holdToContract } from "../support/contract/hold.ts";
import { openSurfer } from "./cookie-browser.ts";

export const GATEHOUSE = "http://auth.example.test";
export const NOTES = "http://notes.example.test";

export const PASSWORD = "a quiet lighthouse 7";

const SECRETS = {
  ENVIRONMENT: "development",
  PUBLIC_URL: GATEHOUSE,
  AUTH_SECRET: "a test's root secret, 32 bytes or more",
  AUDIENCES: "gatehouse,notes",
  ALLOWED_RETURN_URLS: `${NOTES}/signed-in`,
  MAIL_PROVIDER: "mailbox",
  SMS_PROVIDER: "mailbox",
  PASSWORD_HASH_BLOCKS: "1",
  RATE_LIMITS: "off",
};

/** Gatehouse and the example side by side, each by its real configuration, with empty databases. */
export async function startHouses() {
  Object.assign(process.env, wranglerEnvironment);
  const harness = createTestHarness({
    workers: [
      // As secrets they win over a developer's .dev.vars, which the harness reads too.
      { configPath: "wrangler.toml", secrets: SECRETS },
      { configPath: "examples/notes/wrangler.toml", vars: { GATEHOUSE_URL: GATEHOUSE } },
    ],
  });
  await harness.listen();
  const workers: Readonly<Record<string, string>> = { [GATEHOUSE]: "gatehouse", [NOTES]: "gatehouse-notes" };
  for (const name of Object.values(workers)) await harness.getWorker(name).applyD1Migrations("DB");

  const reach = async (url: URL, init: RequestInit): Promise<Response> => {
    const name = workers[url.origin];
    if (name === undefined) throw new Error(`nobody is at ${url}`);
    // The harness has the types of its own fetch.
    const answer = (await harness.getWorker(name).fetch(url.href, init as never)) as unknown as Response;
    return url.origin === GATEHOUSE ? holdToContract(init.method ?? "GET", url.pathname, answer) : answer;
  };

  async function api(path: string, body?: object, token?: string) {
    const response = await reach(new URL(`${GATEHOUSE}/api/auth${path}`), {
      method: body ? "POST" : "GET",
      body: body && JSON.stringify(body),
      headers: {
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
    });
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any route
    return { status: response.status, body: (await response.json()) as any };
  }

  /** Where the newest mail to somebody leads. */
  const mailedLink = (email: string): Promise<string> =>
    waitFor(`a link mailed to ${email}`, async () => {
      const url = `${GATEHOUSE}/dev/mailbox.json?to=${encodeURIComponent(email)}`;
      const { messages } = (await (await reach(new URL(url), {})).json()) as { messages: { text: string }[] };
      return /http:\S+\?token=\S+/.exec(messages[0]?.text ?? "")?.[0];
    });

  return {
    harness,
    reach,
    api,
    mailedLink,
    newSurfer: () => openSurfer(reach),
    close: () => harness.close(),
  };
}

export type Houses = Awaited<ReturnType<typeof startHouses>>;
