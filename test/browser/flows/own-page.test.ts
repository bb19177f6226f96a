import { describe, expect } from "vitest";
import { examplesForTest } from "../../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../../scripts/check/examples/pages.ts";
import { it } from "../support/fixtures.ts";
import { PASSWORD } from "../support/service.ts";

const { code } = examplesForTest("browser/flows/own-page", readPages().values())("cookie-sign-in");

describe("a page of the service's own origin", () => {
  it("signs in with cookies as docs/sign-in.md shows it", async ({ visit, service }) => {
    const { email } = await service.member();
    const { page, context } = await visit();
    // Only the policy of /docs allows requests by a script.
    await page.goto("/docs");
    await page.evaluate(`(async () => {
      const email = ${JSON.stringify(email)}, password = ${JSON.stringify(PASSWORD)};
      ${code}
    })()`);
    const cookies = await context.cookies();
    expect(cookies.filter(({ httpOnly }) => httpOnly).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["__Host-gh_access", "__Host-gh_refresh", "__Host-gh_device"]),
    );
    await page.goto("/account");
    await page.getByText(email).first().waitFor();
    expect(new URL(page.url()).pathname).toBe("/account");
  });
});
