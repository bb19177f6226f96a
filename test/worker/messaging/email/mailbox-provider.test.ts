import { expect, it } from "vitest";
import type { DevMailbox, DevMessage } from "../../../../src/messaging/dev-mailbox/dev-message.ts";
import { createMailProvider } from "../../../../src/messaging/email/providers.ts";

const from = { name: "Acme", address: "no-reply@example.com" };
const email = {
  from,
  to: "ada@example.com",
  subject: "Hello",
  html: "<p>Hi</p>",
  text: "Hi",
  idempotencyKey: "mail-1",
};

const open = (mailbox: DevMailbox) =>
  createMailProvider(
    { provider: "mailbox", from },
    { mailbox, sendEmailBinding: undefined, clock: { now: () => 1_750_000_000_000 } },
  );

it("stores a mail under its idempotency key instead of sending it", async () => {
  const stored: DevMessage[] = [];
  const { send } = open({ store: async (message) => void stored.push(message) });
  expect(await send(email)).toEqual({ outcome: "sent" });
  expect(stored).toEqual([
    {
      id: "mail-1",
      channel: "email",
      to: "ada@example.com",
      subject: "Hello",
      text: "Hi",
      html: "<p>Hi</p>",
      createdAt: 1_750_000_000_000,
    },
  ]);
});

it("retries a mail if the mailbox is unavailable", async () => {
  const { send } = open({ store: () => Promise.reject(new Error("D1_ERROR: ada@example.com")) });
  expect(await send(email)).toEqual({ outcome: "retry", reason: "mailbox_unavailable" });
});

it("refuses a mail with a control character in a header, as the real providers do", async () => {
  const stored: DevMessage[] = [];
  const { send } = open({ store: async (message) => void stored.push(message) });
  expect(await send({ ...email, subject: "Hello\nBcc: eve@example.com" })).toEqual({
    outcome: "refused",
    reason: "unsafe_header",
  });
  expect(stored).toEqual([]);
});
