import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { signedInBrowser } from "../../support/browser.ts";
import { startService } from "../../support/service.ts";
import { registerVerifiedUser } from "../../support/users.ts";

const service = startService();

describe("a request that session cookies authenticate", () => {
  it.each(["GET", "HEAD"])(
    "needs no CSRF token to read with %s, also from another origin",
    async (method) => {
      const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
      expect((await browser.send(method, "/me")).status).toBe(200);
      expect((await browser.send(method, "/me", undefined, { Origin: "https://other.example" })).status).toBe(
        200,
      );
    },
  );

  it("needs a CSRF token to write, without which nothing changes", async () => {
    const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
    expectErrorResponse(await browser.send("PATCH", "/me", { name: "Eve" }), 403, "csrf_failed");
    expect((await browser.send("GET", "/me")).body.data.name).toBe("Ada");
    expect((await browser.write("PATCH", "/me", { name: "Grace" })).status).toBe(200);
  });
});
