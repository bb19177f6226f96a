import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { DevMessage } from "../../../../src/messaging/dev-mailbox/dev-message.ts";
import { mailboxRoutes } from "../../../../src/messaging/dev-mailbox/routes.tsx";

const MAIL: DevMessage = {
  id: "m-2",
  channel: "email",
  to: "ada@example.com",
  subject: "Confirm <your> address",
  text: 'Open\nhttps://example.com/v?token=abc&x=1\n<script>alert("text")</script>',
  html: '<!doctype html><html><head lang="en"><title>x</title></head><body><a href="https://example.com/v?token=abc">Go</a></body></html>',
  createdAt: Date.UTC(2026, 0, 31, 12, 30, 5),
};
const SMS: DevMessage = {
  id: "m-1",
  channel: "sms",
  to: "+441632960000",
  subject: "",
  text: "Your code is 123456",
  html: "",
  createdAt: Date.UTC(2026, 0, 31, 12),
};

type Filter = { to?: string; limit: number };

/** The routes with a mailbox in memory, mounted as the app mounts them. */
function open(messages: readonly DevMessage[] = [MAIL, SMS]) {
  const filters: Filter[] = [];
  const mailbox = {
    list: async (filter: Filter) => {
      filters.push(filter);
      return messages.filter(({ to }) => filter.to === undefined || to === filter.to);
    },
  };
  const app = new Hono().route(
    "/",
    mailboxRoutes(() => ({ mailbox })),
  );
  app.get("/other", (c) => c.text("ok"));
  const get = (path: string) => app.request(`http://gatehouse.test${path}`);
  return { get, page: async (path: string) => (await get(path)).text(), filters };
}

describe("GET /dev/mailbox.json", () => {
  it("returns the messages in the order of the store, with instants in ISO 8601", async () => {
    const response = await open().get("/dev/mailbox.json");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      messages: [
        { ...MAIL, createdAt: "2026-01-31T12:30:05.000Z" },
        { ...SMS, createdAt: "2026-01-31T12:00:00.000Z" },
      ],
    });
  });

  it.each([
    ["?to=ada@example.com", "ada@example.com"],
    ["?to=ada%2Btag%40example.com", "ada+tag@example.com"],
    ["?to=ada+tag@example.com", "ada+tag@example.com"],
    ["?to=+441632960000", "+441632960000"],
    ["?to=%2B44%201632%20960-000", "+441632960000"],
    ["?to=%20ada@example.com%20", "ada@example.com"],
    ["?to=", undefined],
    ["?to=%20", undefined],
    ["", undefined],
  ])("reads the query %j as the recipient %j", async (query, to) => {
    const { get, filters } = open();
    await get(`/dev/mailbox.json${query}`);
    expect(filters).toEqual([{ to, limit: 100 }]);
  });

  it("returns only the documented fields of a message", async () => {
    const response = await open([{ ...MAIL, sealed: "secret" } as DevMessage]).get("/dev/mailbox.json");
    expect(await response.text()).not.toContain("sealed");
  });
});

describe("GET /dev/mailbox", () => {
  it("lists every message and shows the newest in a sandboxed frame", async () => {
    const html = await open().page("/dev/mailbox");
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(/<style>([^<]*)<\/style>/.exec(html)?.[1]).not.toContain("&");
    expect(html.indexOf("Confirm &lt;your&gt; address")).toBeLessThan(html.indexOf("Your code is 123456"));
    expect(html).toContain("SMS to +441632960000");
    expect(html).toContain('<time datetime="2026-01-31T12:30:05.000Z">2026-01-31 12:30:05 UTC</time>');
    expect(html).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(html).toContain(
      "&lt;head lang=&quot;en&quot;&gt;&lt;base target=&quot;_blank&quot;&gt;&lt;title&gt;",
    );
  });

  it("shows the selected message, and a text message without a frame", async () => {
    const html = await open().page("/dev/mailbox?id=m-1");
    expect(html).toContain("<h2>Your code is 123456</h2>");
    expect(html).toContain('<body class="reading" ');
    expect(html).not.toContain("<iframe");
  });

  it("shows the plain text of a mail with links and escaped markup", async () => {
    const html = await open().page("/dev/mailbox?id=m-2&view=text");
    expect(html).not.toContain("<iframe");
    expect(html).toContain(
      '<a href="https://example.com/v?token=abc&amp;x=1" target="_blank" rel="noopener noreferrer">',
    );
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  it("keeps the recipient filter in every link of the list", async () => {
    const html = await open().page("/dev/mailbox?to=ada%40example.com");
    expect(html).toContain('href="/dev/mailbox?to=ada%40example.com&amp;id=m-2"');
    expect(html).toContain('value="ada@example.com"');
    expect(html).not.toContain("123456");
  });

  it("shows in an empty mailbox how to cause the first mail", async () => {
    const html = await open([]).page("/dev/mailbox");
    expect(html).toContain("No messages yet");
    expect(html).toContain("curl http://gatehouse.test/api/auth/register");
  });

  it("states that a recipient has no messages or that a message does not exist", async () => {
    expect(await open().page("/dev/mailbox?to=eve@example.com")).toContain("Nothing for eve@example.com yet");
    const missing = await open().page("/dev/mailbox?id=m-9");
    expect(missing).toContain("That message is not here.");
    expect(missing).not.toContain("<iframe");
  });

  it("shows a mail that has no head element", async () => {
    const html = await open([{ ...MAIL, html: "<header>Hi</header>" }]).page("/dev/mailbox");
    expect(html).toContain('srcdoc="&lt;base target=&quot;_blank&quot;&gt;&lt;header&gt;Hi&lt;/header&gt;"');
  });
});

describe("the development mailbox with hostile input", () => {
  it.each(["/dev/mailbox", "/dev/mailbox.json"])(
    "forbids other scripts than its own, caching and referrers on %s",
    async (path) => {
      const { headers } = await open().get(path);
      const policy = headers.get("Content-Security-Policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    },
  );

  it("escapes markup of messages and of the query", async () => {
    const evil = '"><script>alert(1)</script>';
    const message = { ...MAIL, to: evil, subject: evil, html: evil };
    for (const path of ["/dev/mailbox", `/dev/mailbox?to=${encodeURIComponent(evil)}`]) {
      expect((await open([message]).page(path)).match(/<script/g)).toHaveLength(1);
    }
    const empty = await open([]).page(`/dev/mailbox?to=${encodeURIComponent(evil)}`);
    expect(empty.match(/<script/g)).toHaveLength(1);
  });

  it("does not change the headers of the app's other routes", async () => {
    const { headers } = await open().get("/other");
    expect(headers.get("Content-Security-Policy")).toBeNull();
    expect(headers.get("Cache-Control")).toBeNull();
  });
});
