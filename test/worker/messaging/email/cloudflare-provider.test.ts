import { describe, expect, expectTypeOf, it } from "vitest";
import type { SendEmailBinding } from "../../../../src/messaging/email/providers/cloudflare.ts";
import { createMailProvider } from "../../../../src/messaging/email/providers.ts";

type Sent = Parameters<SendEmailBinding["send"]>[0];

const from = { name: "Acme", address: "no-reply@example.com" };
const email = {
  from,
  to: "ada@example.com",
  subject: "Hello",
  html: "<p>Hi</p>",
  text: "Hi",
  idempotencyKey: "mail-1",
};

function open(send?: (message: Sent) => Promise<unknown>) {
  const sent: Sent[] = [];
  const binding = send && {
    send: (message: Sent) => {
      sent.push(message);
      return send(message);
    },
  };
  const provider = createMailProvider(
    { provider: "cloudflare", from },
    { mailbox: { store: async () => {} }, sendEmailBinding: binding, timeout: 100 },
  );
  return { ...provider, sent };
}

const failing = (error: unknown) => open(() => Promise.reject(error));
const coded = (code: string) => Object.assign(new Error("refused for ada@example.com"), { code });

describe("the mail provider cloudflare", () => {
  it("hands a mail to the binding once, with its idempotency key in a header", async () => {
    const { send, sent } = open(async () => ({ messageId: "x" }));
    expect(await send(email)).toEqual({ outcome: "sent" });
    expect(sent).toEqual([
      {
        from: { name: "Acme", email: "no-reply@example.com" },
        to: "ada@example.com",
        subject: "Hello",
        html: "<p>Hi</p>",
        text: "Hi",
        headers: { "X-Mail-Id": "mail-1" },
      },
    ]);
  });

  it("passes a sender without a name as the address only", async () => {
    const { send, sent } = open(async () => ({}));
    await send({ ...email, from: { name: null, address: "no-reply@example.com" } });
    expect(sent[0]?.from).toBe("no-reply@example.com");
  });

  it("accepts the type of the Worker's send_email binding", () => {
    expectTypeOf<SendEmail>().toExtend<SendEmailBinding>();
  });
});

describe("the mail provider cloudflare after an error", () => {
  it.each(["E_VALIDATION_ERROR", "E_FIELD_MISSING", "E_CONTENT_TOO_LARGE", "E_RECIPIENT_SUPPRESSED"])(
    "refuses a mail after the permanent error %s",
    async (code) => {
      expect(await failing(coded(code)).send(email)).toEqual({
        outcome: "refused",
        reason: code.toLowerCase(),
      });
    },
  );

  it.each([
    ["a limit", coded("E_RATE_LIMIT_EXCEEDED")],
    ["a sender that is not verified yet", coded("E_SENDER_NOT_VERIFIED")],
    ["a recipient that the binding does not allow", coded("E_RECIPIENT_NOT_ALLOWED")],
    ["an outage", coded("E_INTERNAL_SERVER_ERROR")],
    ["an error without a code", new Error("ada@example.com")],
    ["a thrown value that is no error", "ada@example.com"],
  ])("retries a mail after %s", async (_name, error) => {
    expect(await failing(error).send(email)).toEqual({ outcome: "retry", reason: "binding_error" });
  });

  it("retries a mail if the binding does not respond in time", async () => {
    const { send } = open(() => new Promise(() => {}));
    expect(await send(email)).toEqual({ outcome: "retry", reason: "timeout" });
  });

  it("retries a mail if the Worker has no binding", async () => {
    expect(await open().send(email)).toEqual({ outcome: "retry", reason: "binding_missing" });
  });
});

describe("the mail provider cloudflare with hostile input", () => {
  it("does not call the binding for a mail with a line break in a header", async () => {
    const { send, sent } = open(async () => ({}));
    expect(await send({ ...email, from: { ...from, name: "Acme\r\nBcc: eve@example.com" } })).toEqual({
      outcome: "refused",
      reason: "unsafe_header",
    });
    expect(sent).toEqual([]);
  });
});
