import { beforeAll, describe, expect, it } from "vitest";
import { signedInAs } from "../../support/admins.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { queryRoutes } from "../../support/routes.ts";
import { startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";

const service = startService({ env: openProviders().gitHubAlone });
// The query of a callback is read by whoever knows the provider, and refused as a whole.
const routes = queryRoutes(service)
  .filter(({ path }) => !path.endsWith("/callback"))
  .map((route) => ({ ...route, path: route.path.replace(/(?<=\/social\/)[^/]+/, "github") }));

let token = "";
beforeAll(async () => {
  ({ token } = await signedInAs(service, "superuser"));
});

describe("the table of routes with a query", () => {
  it("is taken from the router, and finds those that there are", () => {
    expect(routes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/api/auth/users", "/api/auth/audit", "/api/auth/reset-password"]),
    );
    expect(routes.filter(({ names }) => names.length === 0)).toEqual([]);
  });
});

describe.each(routes)("$path refuses", ({ path, names }) => {
  it.each(names)("%s when it comes twice", async (name) => {
    const answer = await service.call("GET", `${path}?${name}=a&${name}=b`, undefined, token);
    expectRefusal(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map((field) => field.path)).toContain(name);
  });
});

describe("a body that is wrong all over is refused", () => {
  it("field by field, in the order of the schema", async () => {
    const wrong = { captchaToken: 1, name: 1, password: "short", email: "nobody" };
    const answer = await service.post("/register", wrong);
    expectRefusal(answer, 400, "validation_failed");
    const paths = answer.body.error?.fields?.map((field) => field.path);
    expect(paths).toEqual(["email", "password", "name", "captchaToken"]);
  });
});
