import { describe, expect, it } from "vitest";
import { differenceOf, dumpOf } from "../../support/dump.ts";
import { mutations, perform } from "../../support/mutations.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { bodyRoutes } from "../../support/routes.ts";
import { createTestClock, startService } from "../../support/service.ts";

const clock = createTestClock();
const service = startService({ clock });

/** What no body may set, in every spelling that a mapper might take for it. */
const FOREIGN: Readonly<Record<string, unknown>> = {
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

/** Requests that go all their way, with a JSON body to smuggle something into. */
const withBody = mutations.filter(({ route }) =>
  bodyRoutes(service).some(({ method, path }) => {
    const pattern = new RegExp(`^${route.replaceAll(/:\w+/g, "[^/]+").replace(" ", " /api/auth")}$`);
    return pattern.test(`${method} ${path}`);
  }),
);

describe("mass assignment", () => {
  it("is tried on every route with a body", () => {
    const tried = new Set(withBody.map(({ route }) => route));
    expect(tried.size).toBe(bodyRoutes(service).length);
  });

  it.each(withBody.map((change) => [`${change.route} ${change.what ?? ""}`, change] as const))(
    "changes nothing: %s",
    async (_name, change) => {
      const { variables } = change;
      const own = startService({ clock, env: (await variables?.()) ?? {} });
      const request = await change.request(service);
      const before = await dumpOf(service.env.DB);
      for (const [key, value] of Object.entries(FOREIGN)) {
        if (Object.hasOwn((request.body ?? {}) as object, key)) continue;
        const body = { ...(request.body as object), [key]: value };
        const answer = await perform(own, change, { ...request, body });
        // The one field of that name that is a field after all, on the routes that give a role.
        if (key === "role" && change.route === "POST /users") expectRefusal(answer, 403, "forbidden");
        else expectRefusal(answer, 400, "validation_failed");
      }
      expect(differenceOf(before, await dumpOf(service.env.DB))).toEqual({});
      // It was the foreign key that was refused, and nothing else of the request.
      expect((await perform(own, change, request)).status).toBe(change.status);
    },
  );
});
