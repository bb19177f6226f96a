import { beforeAll, describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { queryRoutes } from "../../support/routes.ts";
import { startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import { signedInAs } from "../../support/users.ts";

const service = startService({ env: openProviders().gitHubAlone });
// The provider's code reads the query of a callback and refuses it as a whole.
const routes = queryRoutes(service)
  .filter(({ path }) => !path.endsWith("/callback"))
  .map((route) => ({ ...route, path: route.path.replace(/(?<=\/social\/)[^/]+/, "github") }));

let token = "";
beforeAll(async () => {
  ({ token } = await signedInAs(service, "superuser"));
});

describe("queryRoutes", () => {
  it("finds the routes with a query in the router", () => {
    expect(routes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/api/auth/users", "/api/auth/audit", "/api/auth/reset-password"]),
    );
    expect(routes.filter(({ names }) => names.length === 0)).toEqual([]);
  });
});

describe.each(routes)("GET $path", ({ path, names }) => {
  it.each(names)(`refuses a duplicate query parameter at ${path}: %s`, async (name) => {
    const answer = await service.call("GET", `${path}?${name}=a&${name}=b`, undefined, token);
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map((field) => field.path)).toContain(name);
  });
});

describe("field problems", () => {
  it("lists the invalid fields of a body in the order of the schema", async () => {
    const invalid = { captchaToken: 1, name: 1, password: "short", email: "no address" };
    const answer = await service.post("/register", invalid);
    expectErrorResponse(answer, 400, "validation_failed");
    const paths = answer.body.error?.fields?.map((field) => field.path);
    expect(paths).toEqual(["email", "password", "name", "captchaToken"]);
  });
});
