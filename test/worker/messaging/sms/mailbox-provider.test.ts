import { expect, it } from "vitest";
import type { DevMailbox, DevMessage } from "../../../../src/messaging/dev-mailbox/dev-message.ts";
import { createSmsProvider } from "../../../../src/messaging/sms/providers.ts";
import { sendText } from "../../../../src/messaging/sms/send-text.ts";

const message = { to: "+491701234567", text: "Your code is 012345\n", idempotencyKey: "text-1" };

function open(mailbox: DevMailbox) {
  const sms = createSmsProvider(
    { provider: "mailbox" },
    { mailbox, clock: { now: () => 1_750_000_000_000 } },
  );
  if (sms === null) throw new Error("text messages are off");
  return sms;
}

it("stores a text message under its idempotency key instead of sending it", async () => {
  const stored: DevMessage[] = [];
  const { send } = open({ store: async (sent) => void stored.push(sent) });
  expect(await send(message)).toEqual({ outcome: "sent" });
  expect(stored).toEqual([
    {
      id: "text-1",
      channel: "sms",
      to: "+491701234567",
      subject: "",
      text: "Your code is 012345\n",
      html: "",
      createdAt: 1_750_000_000_000,
    },
  ]);
});

it("retries a text message if the mailbox is unavailable", async () => {
  const { send } = open({ store: () => Promise.reject(new Error("D1_ERROR: +491701234567")) });
  expect(await send(message)).toEqual({ outcome: "retry", reason: "mailbox_unavailable" });
});

it("refuses a malformed number and a control character, as the real providers do", async () => {
  const stored: DevMessage[] = [];
  const { send } = open({ store: async (sent) => void stored.push(sent) });
  expect(await send({ ...message, to: "0170 1234567" })).toEqual({
    outcome: "refused",
    reason: "number_malformed",
  });
  expect(await send({ ...message, text: "\u0007" })).toEqual({ outcome: "refused", reason: "unsafe_text" });
  expect(stored).toEqual([]);
});

const delivery = {
  message: { kind: "phone_code", code: "012345" },
  to: "+491701234567",
  locale: "de",
  life: 600_000,
  idempotencyKey: "text-2",
} as const;
const settings = { brand: { appName: "Acme", publicUrl: "https://auth.example.com" } };

it("renders a phone code in German before it is sent", async () => {
  const stored: DevMessage[] = [];
  const provider = open({ store: async (sent) => void stored.push(sent) });
  expect(await sendText({ provider, settings }, delivery)).toEqual({ outcome: "sent" });
  expect(stored).toMatchObject([{ id: "text-2", to: "+491701234567" }]);
  expect(stored[0]?.text).toMatch(
    /^012345 ist Ihr Code für Acme\..* 10 Minuten .*\n@auth\.example\.com #012345$/s,
  );
});

it("refuses a text message after text messages were turned off", async () => {
  expect(await sendText({ provider: null, settings }, delivery)).toEqual({
    outcome: "refused",
    reason: "sms_off",
  });
});

it("returns no provider if text messages are off", () => {
  expect(createSmsProvider({ provider: "off" }, { mailbox: { store: async () => {} } })).toBeNull();
});
