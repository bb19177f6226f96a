import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import { register } from "../../../support/users.ts";

it("the development mailbox lists all stored messages, newest first, or those to one recipient", async () => {
  const service = startService();
  await env.DB.exec("DELETE FROM mailbox_messages");
  const { email: first } = await register(service);
  service.clock.advance(1);
  const { email: second } = await register(service);
  const recipients = async (query: string) => {
    const answer = await service.call("GET", `/dev/mailbox.json${query}`);
    const { messages } = JSON.parse(answer.text) as { messages: { to: string }[] };
    return messages.map(({ to }) => to);
  };
  expect(await recipients("")).toEqual([second, first]);
  expect(await recipients(`?to=${encodeURIComponent(first)}`)).toEqual([first]);
});
