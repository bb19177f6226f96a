import { describe, expect, inject, it } from "vitest";
import { heldFetch } from "./held-fetch.ts";
import type { ServedBundle } from "./served-bundle.ts";

const served: ServedBundle = inject("servedBundle");

const statusOf = async (origin: string, path: string) => (await heldFetch(new URL(path, origin))).status;

describe("the production bundle", () => {
  it("runs under a production configuration", async () => {
    expect(await statusOf(served.production, "/healthz")).toBe(200);
    expect(await statusOf(served.production, "/openapi.json")).toBe(200);
  });

  it("runs under ENVIRONMENT=development too, so that a 404 there means something", async () => {
    expect(await statusOf(served.misconfigured, "/healthz")).toBe(200);
  });

  it.each(["/dev/mailbox", "/dev/mailbox.json", "/dev/mailbox.json?to=ada@example.test", "/dev/"])(
    "has nothing at %s, whatever ENVIRONMENT says",
    async (path) => {
      expect(await statusOf(served.misconfigured, path)).toBe(404);
      expect(await statusOf(served.production, path)).toBe(404);
    },
  );
});
