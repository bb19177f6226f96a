import { beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../../../src/accounts/account.ts";
import { hasPermission, type Permission, ROLES } from "../../../../src/admin/authorization/permissions.ts";
import { partOf } from "../../../../src/http/operation.ts";
import { idOf, type SignedIn, signedInAs } from "../../../support/admins.ts";
import { dumpOf } from "../../../support/dump.ts";
import { mutations, perform } from "../../../support/mutations.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { logIn, member } from "../../../support/users.ts";

type Guarded = {
  readonly method: string;
  readonly path: string;
  readonly session: boolean;
  readonly permission: Permission | null;
};

const service = startService();

/** The pages have guards of their own, and a test: `worker/pages/access`. */
const pages = new Set(
  service.app.routes.filter(({ handler }) => partOf(handler)?.page).map(({ path }) => path),
);

/** Every other route that there is, out of the router itself, with the guards that stand before it. */
const routes: readonly Guarded[] = [
  ...Map.groupBy(
    service.app.routes.filter(({ method, path }) => method !== "ALL" && !pages.has(path)),
    ({ method, path }) => `${method} ${path}`,
  ),
].map(([route, handlers]) => {
  const [method = "", path = ""] = route.split(" ");
  const parts = handlers.map(({ handler }) => partOf(handler));
  return {
    method,
    path,
    session: parts.some((part) => part?.session),
    permission: parts.find((part) => part?.permission)?.permission ?? null,
  };
});

const named = (some: readonly Guarded[]) =>
  some.map((route) => [`${route.method} ${route.path}`, route] as const);
const behindSession = routes.filter(({ session }) => session);
const behindRole = routes.filter(({ permission }) => permission);

const fill = (path: string, id: string) => path.replaceAll(/:\w+/g, id);
const call = ({ method, path }: Guarded, id: string, token?: string) =>
  service.call(method, fill(path, id), method === "GET" ? undefined : {}, token);

const people = {} as Record<Role, SignedIn>;
beforeAll(async () => {
  for (const role of ROLES) people[role] = await signedInAs(service, role);
});

describe("the routes", () => {
  it("that are for everybody are these, and a new one has to be put here by somebody who means it", () => {
    const open = routes.filter(({ session }) => !session).map(({ method, path }) => `${method} ${path}`);
    expect(open.sort()).toEqual([
      "GET /.well-known/jwks.json",
      "GET /api/auth/csrf-token",
      "GET /api/auth/reset-password",
      "GET /api/auth/social",
      "GET /api/auth/social/:provider/callback",
      "GET /api/auth/social/:provider/start",
      "GET /api/auth/verify-email",
      "GET /avatars/:key",
      "GET /dev/mailbox",
      "GET /dev/mailbox.json",
      "GET /docs",
      "GET /docs/scalar.js",
      "GET /docs/start.js",
      "GET /healthz",
      "GET /healthz/deep",
      "GET /openapi.json",
      "POST /api/auth/captcha/verify",
      "POST /api/auth/exchange",
      "POST /api/auth/forgot-password",
      "POST /api/auth/login",
      "POST /api/auth/login/otp",
      "POST /api/auth/login/otp/resend",
      "POST /api/auth/refresh",
      "POST /api/auth/register",
      "POST /api/auth/reset-password",
      "POST /api/auth/social/:provider/token",
      "POST /api/auth/verify-email",
      "POST /api/auth/verify-email/resend",
    ]);
  });

  it("about other people ask for a role, all of them", () => {
    const unguarded = behindSession.filter(
      ({ path, permission }) => /\/(users|audit)/.test(path) && !permission,
    );
    expect(unguarded).toEqual([]);
    expect(behindRole.length).toBeGreaterThan(12);
  });
});

describe.each(named(behindSession))("%s", (_name, route) => {
  it("is 401 to whoever is not signed in, or not any more", async () => {
    const before = await dumpOf(service.env.DB);
    for (const token of [undefined, "", "nonsense", `${people.superuser.token}x`]) {
      expectRefusal(await call(route, people.user.id, token), 401, "unauthorized");
    }
    expect(await dumpOf(service.env.DB)).toEqual(before);
  });
});

describe.each(named(behindRole))("%s", (_name, route) => {
  it.each(ROLES)(
    "answers a %s by the table of permissions, before it looks at anything else",
    async (role) => {
      const before = await dumpOf(service.env.DB);
      const answer = await call(route, crypto.randomUUID(), people[role].token);
      const allowed = hasPermission(role, route.permission as Permission);
      if (!allowed) {
        expectRefusal(answer, 403, "forbidden");
      } else {
        // Whoever is let in finds that nobody has that id, or a list, or a body to put right.
        expect([200, 400, 404, 415]).toContain(answer.status);
        expect(answer.body.error?.code).not.toBe("forbidden");
      }
      expect(await dumpOf(service.env.DB)).toEqual(before);
    },
  );
});

describe("somebody else's id", () => {
  /** Routes with an id, but for admins' ones: what they name has to be the caller's own. */
  const withId = behindSession.filter(({ path, permission }) => path.includes(":id") && !permission);

  it("is nobody's to a caller without a role, on each of these routes", () => {
    expect(withId.map(({ method, path }) => `${method} ${path}`)).toEqual(["DELETE /api/auth/sessions/:id"]);
  });

  it.each(named(withId))("at %s is not there, to admins and superusers neither", async (_name, route) => {
    const { email } = await member(service);
    const victim = await logIn(service, email);
    const [session] = (await service.get("/sessions", victim.token)).body.data as { id: string }[];
    for (const role of ROLES) {
      expectRefusal(await call(route, session?.id ?? "", people[role].token), 404, "not_found");
      expectRefusal(await call(route, await idOf(email), people[role].token), 404, "not_found");
    }
    expect((await service.get("/me", victim.token)).status).toBe(200);
  });

  it.each(
    mutations
      .filter(({ route }) => route.includes("/users/:id"))
      .map((change) => [change.route, change] as const),
  )(
    "at %s is 403 to a user, and to an admin where it is not a user's, with the very request that a superuser may make",
    async (_name, change) => {
      const request = await change.request(service);
      const theirs = request.path?.split("/")[2] ?? "";
      const own = (id: string) => ({ ...request, path: request.path?.replace(theirs, id) });
      const before = await dumpOf(service.env.DB);
      const others = { user: people.admin, admin: people.superuser } as const;
      for (const role of ["user", "admin"] as const) {
        const answer = await perform(service, change, { ...own(others[role].id), token: people[role].token });
        expectRefusal(answer, 403, "forbidden");
      }
      expect(await dumpOf(service.env.DB)).toEqual(before);
      // It was the person that was refused, and nothing else of the request.
      expect((await perform(service, change, request)).status).toBe(change.status);
    },
  );

  it("has such a request for every route that acts on somebody", () => {
    const acts = behindRole.filter(({ method, path }) => method !== "GET" && path.includes(":id"));
    const tried = new Set(mutations.map(({ route }) => route));
    expect(acts.map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`)).toEqual(
      acts
        .map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`)
        .filter((one) => tried.has(one)),
    );
    expect(acts.length).toBeGreaterThan(8);
  });
});
