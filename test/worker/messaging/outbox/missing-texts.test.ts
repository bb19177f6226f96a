import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { AssetsBinding } from "../../../../src/core/assets.ts";
import { attemptsOf, outboxOf, passMinutes, startWithProvider } from "../../../support/outbox.ts";
import { register } from "../../../support/users.ts";

// Every run of the cron writes a line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

const down = async (): Promise<Response> => {
  throw new Error("the assets are down");
};
const absent = async () => new Response("Not found", { status: 404 });
const torn = async () => new Response('{"greeting":');

/** Assets that answer in this way where the words of mails are asked for, until they are mended. */
function assetsWithoutWords(answer: () => Promise<Response>) {
  const { ASSETS } = env as unknown as { ASSETS: AssetsBinding };
  let isBroken = true;
  const fetch = (url: string) => (isBroken && url.includes("/mail/words/") ? answer() : ASSETS.fetch(url));
  return {
    ASSETS: { fetch },
    mend: () => {
      isBroken = false;
    },
  };
}

describe("a mail whose words cannot be read", () => {
  it.each([
    ["do not answer", down],
    ["are not there", absent],
    ["are half a file", torn],
  ])("waits while they %s, and is sent when they do", async (_how, answer) => {
    const { ASSETS, mend } = assetsWithoutWords(answer);
    const { provider, service } = startWithProvider(undefined, { ASSETS });
    const { email, answer: registered } = await register(service);
    expect(registered.status).toBe(201);
    await passMinutes(service, 5);
    expect(await outboxOf(service, email)).toMatchObject([
      { state: "queued", attempts: 4, last_failure: "words_unavailable" },
    ]);
    expect(await provider.requests()).toEqual([]);

    mend();
    await passMinutes(service, 15);
    expect(attemptsOf(await provider.requests()).map(({ to }) => to)).toEqual([email]);
    expect(await outboxOf(service, email)).toMatchObject([{ state: "sent", last_failure: null }]);
  });
});
