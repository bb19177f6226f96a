import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { tinyPng } from "../../../support/image-parts.ts";
import { startService } from "../../../support/service.ts";
import { registerAndLogIn } from "../../../support/users.ts";

it("the deletion of a replaced avatar leaves the record of an upload that is still running", async () => {
  const service = startService();
  const { token } = await registerAndLogIn(service);
  await env.DB.exec("DELETE FROM discarded_avatars");
  const upload = `${"C".repeat(43)}.png`;
  await env.DB.prepare("INSERT INTO discarded_avatars (key, due_at) VALUES (?, ?)")
    .bind(upload, service.clock.now() + 1)
    .run();
  const put = () =>
    service.call("PUT", "/api/auth/me/avatar", tinyPng, token, { "Content-Type": "image/png" });
  for (const answer of [await put(), await put()]) expect(answer.status).toBe(200);
  const { results } = await env.DB.prepare("SELECT key FROM discarded_avatars").all();
  expect(results).toEqual([{ key: upload }]);
});
