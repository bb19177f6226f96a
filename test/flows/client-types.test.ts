import { expect, expectTypeOf, it } from "vitest";
import { clientOf } from "../support/api-client.ts";
import { startService } from "../support/service.ts";

// Whether the flows could fail to compile. `npm run types` checks each line that must not.

it("lets through what the document describes, and nothing else", async () => {
  const api = clientOf(startService());
  const { error, response } = await api.POST("/api/auth/refresh", { body: { refreshToken: "none" } });
  expect([response.status, error?.error.code]).toEqual([401, "refresh_invalid"]);
  expectTypeOf(response.status).toBeNumber();

  // @ts-expect-error: no such route
  expect((await api.POST("/api/auth/refreshed", {})).response.status).toBe(404);
  // @ts-expect-error: no such method of it
  expect((await api.GET("/api/auth/refresh", {})).response.status).toBe(405);
  // @ts-expect-error: a field of its body is of another type
  expect((await api.POST("/api/auth/refresh", { body: { refreshToken: 7 } })).response.status).toBe(400);
  // @ts-expect-error: a field of its body is missing
  expect((await api.POST("/api/auth/verify-email", { body: {} })).response.status).toBe(400);
  // @ts-expect-error: the body has to be there
  expect((await api.POST("/api/auth/verify-email", {})).response.status).toBe(415);
  // @ts-expect-error: no such code of it
  expect(error?.error.code === "last_admin").toBe(false);
});
