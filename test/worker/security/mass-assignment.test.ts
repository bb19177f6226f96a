import { beforeEach, describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { diffDumps, dumpDatabase } from "../../support/database-rows.ts";
import { mutations, perform } from "../../support/mutations.ts";
import { bodyRoutes } from "../../support/routes.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";

const clock = createTestClock();
const routes = bodyRoutes(startService());

/** Prepares the requests. A new one for each test, since a request may remove the signing key that another has cached. */
let service: Service;

beforeEach(() => {
  service = startService({ clock });
});

/** Properties that no body may set, in every spelling that a mapper might accept. */
const PROTECTED: Readonly<Record<string, unknown>> = {
  role: "superuser",
  status: "active",
  isActive: true,
  isVerified: true,
  is_verified: true,
  emailVerifiedAt: 1,
  email_verified_at: 1,
  isPhoneVerified: true,
  phoneVerifiedAt: 1,
  id: "00000000-0000-4000-8000-000000000000",
  userId: "00000000-0000-4000-8000-000000000000",
  accountId: "00000000-0000-4000-8000-000000000000",
  passwordHash: "x",
  password_hash: "x",
  avatarKey: "x.png",
  avatarUrl: "https://app.example.com/x.png",
  locale: "de",
  createdAt: 0,
};

/** Successful requests with a JSON body, to which a property can be added. */
const withBody = mutations.filter(({ route }) =>
  routes.some(({ method, path }) => {
    const pattern = new RegExp(`^${route.replaceAll(/:\w+/g, "[^/]+").replace(" ", " /api/auth")}$`);
    return pattern.test(`${method} ${path}`);
  }),
);

describe("mass assignment", () => {
  it("tries mass assignment on every route with a body", () => {
    const triedRoutes = new Set(withBody.map(({ route }) => route));
    expect(triedRoutes.size).toBe(routes.length);
  });

  it.each(withBody.map((change) => [`${change.route} ${change.variant ?? ""}`, change] as const))(
    "refuses protected properties and changes nothing: %s",
    async (_name, change) => {
      const { variables } = change;
      const own = startService({ clock, env: (await variables?.()) ?? {} });
      // One of the requests starts without a signing key, so no test may use the keys that another one has cached.
      const request = await change.request(startService({ clock }));
      const before = await dumpDatabase(service.env.DB);
      for (const [key, value] of Object.entries(PROTECTED)) {
        if (Object.hasOwn((request.body ?? {}) as object, key)) continue;
        const body = { ...(request.body as object), [key]: value };
        const answer = await perform(own, change, { ...request, body });
        // `role` is a valid field of the route that assigns a role.
        if (key === "role" && change.route === "POST /users") expectErrorResponse(answer, 403, "forbidden");
        else expectErrorResponse(answer, 400, "validation_failed");
      }
      expect(diffDumps(before, await dumpDatabase(service.env.DB))).toEqual({});
      // Without the added property, the same request succeeds.
      expect((await perform(own, change, request)).status).toBe(change.status);
    },
  );
});
