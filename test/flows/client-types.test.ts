import { expect, expectTypeOf, it, vi } from "vitest";
import page from "../../docs/api.md?raw";
import { createApiClient } from "../support/api-client.ts";
import { startService } from "../support/service.ts";
import { PASSWORD, registerAndVerify } from "../support/users.ts";
import source from "./client-types.test.ts?raw";

// `npm run types` checks the types of these calls: each `@ts-expect-error` line must fail to compile.

it("rejects at compile time each call that the OpenAPI document does not describe", async () => {
  const api = createApiClient(startService());
  const { error, response } = await api.POST("/api/auth/refresh", { body: { refreshToken: "none" } });
  expect([response.status, error?.error.code]).toEqual([401, "refresh_invalid"]);
  expectTypeOf(response.status).toBeNumber();

  // @ts-expect-error: no such route
  expect((await api.POST("/api/auth/refreshed", {})).response.status).toBe(404);
  // @ts-expect-error: this route has no GET
  expect((await api.GET("/api/auth/refresh", {})).response.status).toBe(405);
  // @ts-expect-error: a body field has the wrong type
  expect((await api.POST("/api/auth/refresh", { body: { refreshToken: 7 } })).response.status).toBe(400);
  // @ts-expect-error: a body field is missing
  expect((await api.POST("/api/auth/verify-email", { body: {} })).response.status).toBe(400);
  // @ts-expect-error: the body is required
  expect((await api.POST("/api/auth/verify-email", {})).response.status).toBe(415);
  // @ts-expect-error: this route has no such error code
  expect(error?.error.code === "last_admin").toBe(false);
});

it("logs the output of the example in docs/api.md", async () => {
  const service = startService();
  const api = createApiClient(service);
  const { email } = await registerAndVerify(service);
  const logged = vi.spyOn(console, "log").mockImplementation(() => {});
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  for (const password of [PASSWORD, "not the password"]) {
    const { data, error } = await api.POST("/api/auth/login", { body: { email, password } });
    if (error) console.error(error.error.code, error.message);
    else if ("token" in data.data) console.log(data.data.token);
  }
  expect(logged.mock.calls).toEqual([[expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)]]);
  expect(errors.mock.calls).toEqual([["invalid_credentials", "Invalid email or password"]]);
  vi.restoreAllMocks();
  const [, example = ""] = /```ts\n[\s\S]*?baseUrl[^\n]*\n([^`]*)```/.exec(page) ?? [];
  const lines = example.trim().split("\n");
  expect(lines.length).toBe(3);
  for (const line of lines) expect(source).toContain(`    ${line}\n`);
});
