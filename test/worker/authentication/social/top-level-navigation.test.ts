import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { start } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { allRows } from "../../../support/tables.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const goes = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate" };
const begun = async () => (await allRows()).oauth_transactions?.length;

describe("the way to a provider is for somebody who goes there", () => {
  it("as a browser says that presses a link", async () => {
    const browser = openBrowser(service);
    expect((await start(browser, "github", "", goes)).status).toBe(302);
  });

  it.each([
    { "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors" },
    { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate" },
    { ...goes, "Sec-Purpose": "prefetch;prerender" },
  ])("and with %j nothing is written", async (headers) => {
    const browser = openBrowser(service);
    const before = await begun();
    const answer = await start(browser, "github", "", { ...headers, Accept: null });
    expectRefusal(answer, 403, "forbidden");
    expect([answer.headers.get("Location"), browser.jar.size]).toEqual([null, 0]);
    expect(await begun()).toBe(before);
  });
});
