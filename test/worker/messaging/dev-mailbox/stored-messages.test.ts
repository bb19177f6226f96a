import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import { newAddress, register } from "../../../support/users.ts";

const service = startService();

async function recipients(query: string): Promise<string[]> {
  const answer = await service.call("GET", `/dev/mailbox.json${query}`);
  const { messages } = JSON.parse(answer.text) as { messages: { to: string }[] };
  return messages.map(({ to }) => to);
}
const recipientsFor = (to: string) => recipients(`?to=${encodeURIComponent(to)}`);

it("the development mailbox lists all stored messages, newest first, or those to one recipient", async () => {
  await env.DB.exec("DELETE FROM mailbox_messages");
  const { email: first } = await register(service);
  service.clock.advance(1);
  const { email: second } = await register(service);
  expect(await recipients("")).toEqual([second, first]);
  expect(await recipientsFor(first)).toEqual([first]);
});

// Fault 28: the recipient was compared by case.
it.each([
  ["", (address: string) => address.toUpperCase()],
  ["Ada.", (address: string) => address.toLowerCase()],
  ["Jürgen.", (address: string) => address.toUpperCase().normalize("NFD")],
])("the development mailbox finds the mail to %j… in another case and Unicode form", async (start, typed) => {
  const email = start + newAddress();
  await register(service, email);
  await register(service, `Jürgen.${newAddress()}`);
  expect(await recipientsFor(typed(email))).toEqual([email]);
  const page = await service.call("GET", `/dev/mailbox?to=${encodeURIComponent(typed(email))}`);
  expect(page.text).not.toContain("Nothing for");
});
