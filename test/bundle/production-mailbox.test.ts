import { describe, expect, inject, it } from "vitest";
import { heldFetch } from "./held-fetch.ts";
import type { ServedBundle } from "./served-bundle.ts";

const served: ServedBundle = inject("servedBundle");

const statusOf = async (origin: string, path: string) => (await heldFetch(new URL(path, origin))).status;

describe("the production bundle", () => {
  it("runs with a production configuration", async () => {
    expect(await statusOf(served.production, "/healthz")).toBe(200);
    expect(await statusOf(served.production, "/openapi.json")).toBe(200);
  });

  it("runs with ENVIRONMENT=development too, so that its 404 proves that the route is missing", async () => {
    expect(await statusOf(served.misconfigured, "/healthz")).toBe(200);
  });

  it.each(["/dev/mailbox", "/dev/mailbox.json", "/dev/mailbox.json?to=ada@example.test", "/dev/"])(
    "answers 404 at %s with every ENVIRONMENT",
    async (path) => {
      expect(await statusOf(served.misconfigured, path)).toBe(404);
      expect(await statusOf(served.production, path)).toBe(404);
    },
  );
});
