import { expectTypeOf, it } from "vitest";
import type { Permission as ServicePermission } from "../../../src/admin/authorization/permissions.ts";
import type { Permission } from "../../../src/client/index.ts";

it("exports exactly the permissions of the service", () => {
  // `npm run types` checks this.
  expectTypeOf<Permission>().toEqualTypeOf<ServicePermission>();
});
