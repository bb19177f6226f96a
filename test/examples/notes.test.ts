import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrowserPage } from "./cookie-browser.ts";
import { type ExampleWorkers, GATEHOUSE, NOTES, PASSWORD, startExample } from "./example-workers.ts";

// The example and Gatehouse run as two Workers with their own wrangler.toml files, bound as in a deployment.

let workers: ExampleWorkers;
beforeAll(async () => {
  workers = await startExample();
});
afterAll(() => workers.close());

const newAddress = () => `user-${crypto.randomUUID()}@example.com`;

async function member(email = newAddress()): Promise<string> {
  await workers.api("/register", { email, password: PASSWORD, name: "Ada" });
  const token = new URL(await workers.mailedLink(email)).searchParams.get("token");
  expect((await workers.api("/verify-email", { token })).status).toBe(200);
  return email;
}

const credentials = (email: string) => ({ email, password: PASSWORD });

/** Signs a new user in: the example redirects the browser to Gatehouse, which redirects back. */
async function signedIn() {
  const email = await member();
  const browser = workers.newBrowser();
  const page = await browser.submit(await browser.visit(`${NOTES}/notes`), "/sign-in", credentials(email));
  return { email, browser, page };
}

/** The cookie of a pending sign-in attempt. */
const ATTEMPT_COOKIE = /^__Host-notes_attempt_[\w-]{8}$/;

const hrefOf = ({ url }: BrowserPage) => url.href;

describe("examples/notes", () => {
  describe("sign-in and notes", () => {
    it("shows a sign-in link on the public page to a visitor without a session", async () => {
      const { status, text } = await workers.newBrowser().visit(NOTES);
      expect(status).toBe(200);
      expect(text).toContain("Sign in");
    });

    it("shows the user's name on the public page after sign-in", async () => {
      const { browser } = await signedIn();
      const { text } = await browser.visit(NOTES);
      expect(text).toContain("Continue as Ada");
      expect(text).not.toContain("Sign in");
    });

    it("completes sign-in in two concurrent tabs, each at its own return target", async () => {
      const browser = workers.newBrowser();
      const email = await member();
      const first = await browser.visit(`${NOTES}/notes?tab=1`);
      const second = await browser.visit(`${NOTES}/notes?tab=2`);
      const returned = await browser.submit(first, "/sign-in", credentials(email));
      expect(hrefOf(returned)).toBe(`${NOTES}/notes?tab=1`);
      // Gatehouse now has a session and redirects back immediately.
      expect(hrefOf(await browser.visit(hrefOf(second)))).toBe(`${NOTES}/notes?tab=2`);
    });

    it("returns a new user to the requested page after sign-up, email verification and sign-in", async () => {
      const browser = workers.newBrowser();
      const email = newAddress();
      const signIn = await browser.visit(`${NOTES}/notes`);
      expect(signIn.url.origin + signIn.url.pathname).toBe(`${GATEHOUSE}/sign-in`);
      const link = /href="(\/sign-up[^"]*)"/.exec(signIn.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
      const signUp = await browser.visit(GATEHOUSE + link);
      await browser.submit(signUp, "/sign-up", { name: "Grace", ...credentials(email) });
      const mailed = await browser.visit(await workers.mailedLink(email));
      const confirmed = await browser.submit(mailed, "/verify-email");
      const notes = await browser.submit(confirmed, "/sign-in", credentials(email));
      expect(hrefOf(notes)).toBe(`${NOTES}/notes`);
      expect(notes.text).toContain("Your notes");
      expect(notes.text).toContain("Grace");
    });

    it("saves a note, escapes its text and deletes it", async () => {
      const { browser, page } = await signedIn();
      const saved = await browser.submit(page, "/notes", { text: "<b>milk</b> & bread" });
      expect(hrefOf(saved)).toBe(`${NOTES}/notes`);
      expect(saved.text).toContain("&lt;b&gt;milk&lt;/b&gt; &amp; bread");
      const deleted = await browser.submit(saved, "/notes/");
      expect(deleted.text).not.toContain("milk");
    });

    it("signs in without a form when Gatehouse already has a session", async () => {
      const { browser } = await signedIn();
      browser.jarOf(NOTES).clear();
      const again = await browser.visit(`${NOTES}/notes?old=1`);
      expect(hrefOf(again)).toBe(`${NOTES}/notes?old=1`);
      expect(again.text).toContain("Your notes");
    });

    it("replaces a missing access token in three concurrent tabs", async () => {
      const { browser } = await signedIn();
      const jar = browser.jarOf(NOTES);
      const before = jar.get("__Host-notes_refresh");
      jar.delete("__Host-notes_access");
      browser.jarOf(GATEHOUSE).clear();
      const tabs = await Promise.all([1, 2, 3].map(() => browser.visit(`${NOTES}/notes`)));
      for (const tab of tabs) expect(tab.text).toContain("Your notes");
      expect(jar.get("__Host-notes_refresh")).not.toBe(before);
      expect(jar.has("__Host-notes_access")).toBe(true);
    });

    it("ends its own session and that of Gatehouse on sign-out, and returns to the public page", async () => {
      const { browser, page } = await signedIn();
      const headers = { Authorization: `Bearer ${browser.jarOf(NOTES).get("__Host-notes_access")}` };
      const apiStatus = async () =>
        (await workers.fetchWorker(new URL(`${NOTES}/api/notes`), { headers })).status;
      expect(await apiStatus()).toBe(200);
      const signedOut = await browser.submit(page, "/sign-out");
      expect([...browser.jarOf(NOTES).keys()]).toEqual([]);
      expect(await apiStatus()).toBe(401);
      expect(hrefOf(signedOut)).toBe(`${NOTES}/`);
      expect((await browser.visit(`${NOTES}/notes`)).url.pathname).toBe("/sign-in");
    });

    it("creates, lists and deletes notes over the API with a token of its audience", async () => {
      const email = await member();
      const { body } = await workers.api("/login", { ...credentials(email), audience: "notes" });
      const Authorization = `Bearer ${body.data.token}`;
      const call = (method: string, path: string, text?: string) =>
        workers.fetchWorker(new URL(`${NOTES}/api/notes${path}`), {
          method,
          headers: { Authorization, "Content-Type": "application/json" },
          body: text && JSON.stringify({ text }),
        });
      const created = await call("POST", "", "from a program");
      expect(created.status).toBe(201);
      const { id } = (await created.json()) as { id: string };
      expect(await (await call("GET", "")).json()).toMatchObject({ notes: [{ id, text: "from a program" }] });
      expect((await call("DELETE", `/${id}`)).status).toBe(204);
      expect((await call("DELETE", `/${id}`)).status).toBe(404);
      expect((await call("POST", "", " ")).status).toBe(400);
    });
  });

  describe("refusals", () => {
    it("hides a note from other users and ignores their request to delete it", async () => {
      const [ada, eve] = [await signedIn(), await signedIn()];
      const saved = await ada.browser.submit(ada.page, "/notes", { text: "a secret" });
      expect((await eve.browser.visit(`${NOTES}/notes`)).text).not.toContain("a secret");
      // Eve submits the form that deletes Ada's note from her own page.
      await eve.browser.submit({ ...eve.page, text: saved.text }, "/notes/");
      expect((await ada.browser.visit(`${NOTES}/notes`)).text).toContain("a secret");
    });

    it("refuses an empty or too long note and keeps the entered text in the form", async () => {
      const { browser, page } = await signedIn();
      for (const text of ["   ", "x".repeat(501)]) {
        const refused = await browser.submit(page, "/notes", { text });
        expect(refused.status).toBe(400);
        expect(refused.text).toContain("1 to 500 characters");
        expect(refused.text).toContain(`>${text}</textarea>`);
      }
    });

    it("refuses a token of another audience, a refresh token and garbage at the API", async () => {
      const email = await member();
      const { body } = await workers.api("/login", credentials(email));
      for (const token of [body.data.token, body.data.refreshToken, "none"]) {
        const response = await workers.fetchWorker(new URL(`${NOTES}/api/notes`), {
          headers: { Authorization: `Bearer ${token}` },
        });
        expect(response.status).toBe(401);
        expect(response.headers.get("WWW-Authenticate")).toContain("Bearer");
      }
    });

    it("requires sign-in on the next request after the session was ended elsewhere", async () => {
      const { browser, email } = await signedIn();
      const { body } = await workers.api("/login", credentials(email));
      await workers.api("/logout-all", {}, body.data.token);
      const next = await browser.visit(`${NOTES}/notes`);
      expect(next.url.origin + next.url.pathname).toBe(`${GATEHOUSE}/sign-in`);
      expect([...browser.jarOf(NOTES).keys()]).toEqual([expect.stringMatching(ATTEMPT_COOKIE)]);
    });
  });

  it("returns to the page of a form that was submitted after the session ended", async () => {
    const { browser, page, email } = await signedIn();
    const saved = await browser.submit(page, "/notes", { text: "to be deleted" });
    const { body } = await workers.api("/login", credentials(email));
    await workers.api("/logout-all", {}, body.data.token);
    const signInPage = await browser.submit(saved, "/notes/");
    expect(signInPage.url.pathname).toBe("/sign-in");
    const returned = await browser.submit(signInPage, "/sign-in", credentials(email));
    expect([hrefOf(returned), returned.status]).toEqual([`${NOTES}/notes`, 200]);
    expect(returned.text).toContain("to be deleted");
  });

  describe("abuse", () => {
    it("refuses cross-site requests to add a note or to sign out", async () => {
      const { browser } = await signedIn();
      const Cookie = Array.from(browser.jarOf(NOTES), ([name, value]) => `${name}=${value}`).join("; ");
      const headersOf = [
        { "Sec-Fetch-Site": "cross-site", Origin: NOTES },
        { "Sec-Fetch-Site": "same-site" },
        { Origin: "https://evil.example" },
        { Origin: "null" },
        {},
      ];
      for (const headers of headersOf) {
        for (const path of ["/notes", "/sign-out"]) {
          const response = await workers.fetchWorker(new URL(NOTES + path), {
            method: "POST",
            headers: { Cookie, ...(headers as Record<string, string>) },
            body: new URLSearchParams({ text: "planted" }),
            redirect: "manual",
          });
          expect(response.status).toBe(403);
        }
      }
      expect((await browser.visit(`${NOTES}/notes`)).text).not.toContain("planted");
    });

    it("refuses an authorization code of a sign-in that another browser started", async () => {
      const attacker = await signedIn();
      attacker.browser.jarOf(NOTES).clear();
      // The attacker stops their own sign-in before its callback and sends that link to a victim.
      const start = await workers.fetchWorker(new URL(`${NOTES}/sign-in`), { redirect: "manual" });
      const Cookie = Array.from(
        attacker.browser.jarOf(GATEHOUSE),
        ([name, value]) => `${name}=${value}`,
      ).join("; ");
      const redirect = await workers.fetchWorker(new URL(start.headers.get("Location") ?? ""), {
        headers: { Cookie },
        redirect: "manual",
      });
      const planted = redirect.headers.get("Location") ?? "";
      expect(planted).toMatch(/^https:\/\/notes\.example\.test\/signed-in\?code=/);
      const victim = workers.newBrowser();
      expect((await victim.visit(planted)).text).toContain("Sign in");
      expect(victim.jarOf(NOTES).size).toBe(0);
      // A pending sign-in of the victim has another state.
      await victim.visit(`${NOTES}/sign-in`);
      await victim.visit(planted);
      expect([...victim.jarOf(NOTES).keys()]).toEqual([expect.stringMatching(ATTEMPT_COOKIE)]);
    });

    it.each([
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "/.//evil.example",
      "javascript:1",
    ])("returns to its own origin after sign-in with the return target %s", async (to) => {
      const email = await member();
      const browser = workers.newBrowser();
      const page = await browser.visit(`${NOTES}/sign-in?to=${encodeURIComponent(to)}`);
      const returned = await browser.submit(page, "/sign-in", credentials(email));
      expect(returned.url.origin).toBe(NOTES);
    });
  });
});
