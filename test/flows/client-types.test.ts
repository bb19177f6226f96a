import { expect, expectTypeOf, it, vi } from "vitest";
import page from "../../docs/api.md?raw";
import { clientOf } from "../support/api-client.ts";
import { startService } from "../support/service.ts";
import { member, PASSWORD } from "../support/users.ts";
import source from "./client-types.test.ts?raw";

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

it("does what docs/api.md shows", async () => {
  const service = startService();
  const api = clientOf(service);
  const { email } = await member(service);
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  const complained = vi.spyOn(console, "error").mockImplementation(() => {});
  for (const password of [PASSWORD, "not the password"]) {
    const { data, error } = await api.POST("/api/auth/login", { body: { email, password } });
    if (error) console.error(error.error.code, error.message);
    else if ("token" in data.data) console.log(data.data.token);
  }
  expect(said.mock.calls).toEqual([[expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)]]);
  expect(complained.mock.calls).toEqual([["invalid_credentials", "Invalid email or password"]]);
  vi.restoreAllMocks();
  const [, shown = ""] = /```ts\n[\s\S]*?baseUrl[^\n]*\n([^`]*)```/.exec(page) ?? [];
  const lines = shown.trim().split("\n");
  expect(lines.length).toBe(3);
  for (const line of lines) expect(source).toContain(`    ${line}\n`);
});
