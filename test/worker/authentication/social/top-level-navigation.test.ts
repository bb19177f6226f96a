import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import { startService } from "../../../support/service.ts";
import { start } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const navigation = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate" };
const transactionCount = async () => (await readAllRows()).oauth_transactions?.length;

describe("GET /social/:provider/start", () => {
  it("redirects a top-level navigation to the provider", async () => {
    const browser = openBrowser(service);
    expect((await start(browser, "github", "", navigation)).status).toBe(302);
  });

  it.each([
    { "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors" },
    { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate" },
    { ...navigation, "Sec-Purpose": "prefetch;prerender" },
  ])("refuses a request with %j and stores no transaction", async (headers) => {
    const browser = openBrowser(service);
    const before = await transactionCount();
    const answer = await start(browser, "github", "", { ...headers, Accept: null });
    expectErrorResponse(answer, 403, "forbidden");
    expect([answer.headers.get("Location"), browser.jar.size]).toEqual([null, 0]);
    expect(await transactionCount()).toBe(before);
  });
});
