import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { startService } from "../../../support/service.ts";
import { returnFromProvider, startRedirect } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

// Finding 18: anyone can request the callback, so it must not raise the alarm of an outage.
it.each([
  ["without a code", (query: URLSearchParams) => query.delete("code")],
  ["with an empty code", (query: URLSearchParams) => query.set("code", "")],
  ["with two codes", (query: URLSearchParams) => query.append("code", "another")],
  ["with two states", (query: URLSearchParams) => query.append("state", "another")],
  ["with a code of control characters", (query: URLSearchParams) => query.set("code", "a\r\nb")],
  ["with a code of 5,000 characters", (query: URLSearchParams) => query.set("code", "x".repeat(5000))],
])(
  "a callback %s is a bad request, no error of the provider, and uses up no transaction",
  async (_title, change) => {
    const browser = openBrowser(service);
    for (const provider of ["google", "github"]) {
      const user = socialUser();
      await providers.setUser(user);
      const callback = await startRedirect(browser, provider, user);
      const [path = "", search = ""] = callback.split("?");
      const query = new URLSearchParams(search);
      change(query);
      const before = service.log.length;
      expectErrorResponse(await returnFromProvider(browser, `${path}?${query}`), 400, "token_invalid");
      expect(service.log.slice(before).flatMap(({ providerErrors }) => providerErrors ?? [])).toEqual([]);
      expect((await returnFromProvider(browser, callback)).status).toBe(302);
    }
    const left = await env.DB.prepare("SELECT count(*) AS n FROM oauth_transactions").first<{ n: number }>();
    expect(left?.n).toBe(0);
  },
);
