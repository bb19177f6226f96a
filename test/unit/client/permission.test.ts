import { expectTypeOf, it } from "vitest";
import type { Permission as ServicePermission } from "../../../src/admin/authorization/permissions.ts";
import type { Permission } from "../../../src/client/index.ts";

it("the client names every permission of the service, and no other", () => {
  // For `npm run types` to hold.
  expectTypeOf<Permission>().toEqualTypeOf<ServicePermission>();
});
