import { beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../../../src/accounts/account.ts";
import { hasPermission, type Permission, ROLES } from "../../../../src/admin/authorization/permissions.ts";
import { operationPartOf } from "../../../../src/http/openapi-operation.ts";
import { actorWithRole } from "../../../support/actors.ts";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { dumpDatabase } from "../../../support/database-rows.ts";
import { mutations, perform } from "../../../support/mutations.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  logIn,
  registerVerifiedUser,
  type SignedIn,
  signedInAs,
} from "../../../support/users.ts";

type Guarded = {
  readonly method: string;
  readonly path: string;
  readonly session: boolean;
  readonly permission: Permission | null;
};

const service = startService();

/** Pages have their own guards. `worker/pages/access` tests them. */
const pages = new Set(
  service.app.routes.filter(({ handler }) => operationPartOf(handler)?.page).map(({ path }) => path),
);

/** All other routes of the router, with their guards. */
const routes: readonly Guarded[] = [
  ...Map.groupBy(
    service.app.routes.filter(({ method, path }) => method !== "ALL" && !pages.has(path)),
    ({ method, path }) => `${method} ${path}`,
  ),
].map(([route, handlers]) => {
  const [method = "", path = ""] = route.split(" ");
  const parts = handlers.map(({ handler }) => operationPartOf(handler));
  return {
    method,
    path,
    session: parts.some((part) => part?.session),
    permission: parts.find((part) => part?.permission)?.permission ?? null,
  };
});

const named = (guarded: readonly Guarded[]) =>
  guarded.map((route) => [`${route.method} ${route.path}`, route] as const);
const behindSession = routes.filter(({ session }) => session);
const behindRole = routes.filter(({ permission }) => permission);

/** The valid bodies of routes with an id; the others need none. */
const BODIES: Readonly<Record<string, object>> = {
  "PATCH /api/auth/me/factors/:id": { label: "Phone" },
};

const fill = (path: string, id: string) => path.replaceAll(/:\w+/g, id);
const call = ({ method, path }: Guarded, id: string, token?: string) =>
  service.call(
    method,
    fill(path, id),
    method === "GET" ? undefined : (BODIES[`${method} ${path}`] ?? {}),
    token,
  );

const users = {} as Record<Role, SignedIn>;
beforeAll(async () => {
  for (const role of ROLES) users[role] = await signedInAs(service, role);
});

describe("the router", () => {
  it("only the listed routes need no session", () => {
    const open = routes.filter(({ session }) => !session).map(({ method, path }) => `${method} ${path}`);
    expect(open.sort()).toEqual([
      "GET /.well-known/change-password",
      "GET /.well-known/jwks.json",
      "GET /.well-known/oauth-authorization-server",
      "GET /.well-known/openid-configuration",
      "GET /.well-known/webauthn",
      "GET /api/auth/csrf-token",
      "GET /api/auth/reset-password",
      "GET /api/auth/social",
      "GET /api/auth/social/:provider/callback",
      "GET /api/auth/social/:provider/start",
      "GET /api/auth/verify-email",
      "GET /avatars/:key",
      "GET /dev/mailbox",
      "GET /dev/mailbox.js",
      "GET /dev/mailbox.json",
      "GET /docs",
      "GET /docs/scalar.js",
      "GET /docs/start.js",
      "GET /healthz",
      "GET /healthz/deep",
      "GET /oauth/userinfo",
      "GET /openapi.json",
      "POST /api/auth/captcha/verify",
      "POST /api/auth/forgot-password",
      "POST /api/auth/login",
      "POST /api/auth/login/email-code",
      "POST /api/auth/login/email-code/resend",
      "POST /api/auth/login/email-code/verify",
      "POST /api/auth/login/otp",
      "POST /api/auth/login/otp/options",
      "POST /api/auth/login/otp/resend",
      "POST /api/auth/login/otp/send",
      "POST /api/auth/login/passkey",
      "POST /api/auth/login/passkey/options",
      "POST /api/auth/refresh",
      "POST /api/auth/register",
      "POST /api/auth/reset-password",
      "POST /api/auth/social/:provider/token",
      "POST /api/auth/verify-email",
      "POST /api/auth/verify-email/resend",
      "POST /oauth/device_authorization",
      "POST /oauth/introspect",
      "POST /oauth/par",
      "POST /oauth/register",
      "POST /oauth/revoke",
      "POST /oauth/token",
      "POST /oauth/userinfo",
    ]);
  });

  it("all routes about other users require a permission", () => {
    const unguarded = behindSession.filter(
      ({ path, permission }) => /\/(users|audit)/.test(path) && !permission,
    );
    expect(unguarded).toEqual([]);
    expect(behindRole.length).toBeGreaterThan(12);
  });
});

describe.each(named(behindSession))("%s", (_name, route) => {
  it("returns 401 without a valid session and changes nothing", async () => {
    const before = await dumpDatabase(service.env.DB);
    for (const token of [undefined, "", "nonsense", `${users.superuser.token}x`]) {
      expectErrorResponse(await call(route, users.user.id, token), 401, "unauthorized");
    }
    expect(await dumpDatabase(service.env.DB)).toEqual(before);
  });
});

describe.each(named(behindRole))("%s", (_name, route) => {
  it.each(ROLES)("applies the permission table to a %s before any other check", async (role) => {
    const before = await dumpDatabase(service.env.DB);
    const answer = await call(route, crypto.randomUUID(), users[role].token);
    const allowed = hasPermission(actorWithRole(role), route.permission as Permission);
    if (!allowed) {
      expectErrorResponse(answer, 403, "forbidden");
    } else {
      // An allowed caller gets a list, an unknown id or an invalid body.
      expect([200, 400, 404, 415]).toContain(answer.status);
      expect(answer.body.error?.code).not.toBe("forbidden");
    }
    expect(await dumpDatabase(service.env.DB)).toEqual(before);
  });
});

describe("another user's id", () => {
  /** Routes with an id and without a permission: the resource must be the caller's own. */
  const withId = behindSession.filter(({ path, permission }) => path.includes(":id") && !permission);

  it("only the listed routes take the id of the caller's own resource", () => {
    expect(withId.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      "DELETE /api/auth/me/apps/:id",
      "DELETE /api/auth/me/devices/:id",
      "DELETE /api/auth/me/devices/:id/trust",
      "DELETE /api/auth/me/factors/:id",
      "DELETE /api/auth/me/keys/:id",
      "DELETE /api/auth/sessions/:id",
      "PATCH /api/auth/me/factors/:id",
    ]);
  });

  it.each(named(withId))(
    "%s returns 404 for another user's id, even to admins and superusers",
    async (_name, route) => {
      const { email } = await registerVerifiedUser(service);
      const victim = await logIn(service, email);
      const [session] = (await service.get("/sessions", victim.token)).body.data as { id: string }[];
      for (const role of ROLES) {
        expectErrorResponse(await call(route, session?.id ?? "", users[role].token), 404, "not_found");
        expectErrorResponse(await call(route, await accountIdOf(email), users[role].token), 404, "not_found");
      }
      expect((await service.get("/me", victim.token)).status).toBe(200);
    },
  );

  it.each(
    mutations
      .filter(({ route }) => route.includes("/users/:id"))
      .map((change) => [change.route, change] as const),
  )("%s returns 403 to a user and to an admin for a target above their role", async (_name, change) => {
    const request = await change.request(service);
    const targetId = request.path?.split("/")[2] ?? "";
    const withTarget = (id: string) => ({ ...request, path: request.path?.replace(targetId, id) });
    const before = await dumpDatabase(service.env.DB);
    const others = { user: users.admin, admin: users.superuser } as const;
    for (const role of ["user", "admin"] as const) {
      const answer = await perform(service, change, {
        ...withTarget(others[role].id),
        token: users[role].token,
      });
      expectErrorResponse(answer, 403, "forbidden");
    }
    expect(await dumpDatabase(service.env.DB)).toEqual(before);
    // The same request succeeds for a superuser, so the actor was the only reason for the refusal.
    expect((await perform(service, change, request)).status).toBe(change.status);
  });

  it("the mutations list covers every route that changes a user", () => {
    const userRoutes = behindRole.filter(({ method, path }) => method !== "GET" && path.includes(":id"));
    const tried = new Set(mutations.map(({ route }) => route));
    expect(userRoutes.map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`)).toEqual(
      userRoutes
        .map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`)
        .filter((route) => tried.has(route)),
    );
    expect(userRoutes.length).toBeGreaterThan(8);
  });
});
