import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallbackResult } from "./cookie-browser.ts";
import { GATEHOUSE, type Houses, NOTES, PASSWORD, startHouses } from "./example-servers.ts";

// The example and the service, each a Worker by its own wrangler.toml, bound as they would be deployed.

let houses: Houses;
beforeAll(async () => {
  houses = await startHouses();
});
afterAll(() => houses.close());

const newAddress = () => `person-${crypto.randomUUID()}@example.com`;

async function member(email = newAddress()): Promise<string> {
  await houses.api("/register", { email, password: PASSWORD, name: "Ada" });
  const token = new URL(await houses.mailedLink(email)).searchParams.get("token");
  expect((await houses.api("/verify-email", { token })).status).toBe(200);
  return email;
}

const credentials = (email: string) => ({ email, password: PASSWORD });

/** Somebody whose browser has been sent to sign in by the example, and is back. */
async function signedIn(email?: string) {
  const known = email ?? (await member());
  const surfer = houses.newSurfer();
  const page = await surfer.submit(await surfer.visit(`${NOTES}/notes`), "/sign-in", credentials(known));
  return { email: known, surfer, page };
}

/** The cookie of one who is on the way to sign in. */
const JOURNEY = /^__Host-notes_journey_[\w-]{8}$/;

const hrefOf = ({ url }: CallbackResult) => url.href;

describe("the example", () => {
  describe("succeeds", () => {
    it("welcomes whoever has not signed in", async () => {
      const { status, text } = await houses.newSurfer().visit(NOTES);
      expect(status).toBe(200);
      expect(text).toContain("Sign in");
    });

    it("knows at the front door who has signed in", async () => {
      const { surfer } = await signedIn();
      const { text } = await surfer.visit(NOTES);
      expect(text).toContain("Your notes, Ada");
      expect(text).not.toContain("Sign in");
    });

    it("signs in in two tabs at once, each of which lands where it wanted to go", async () => {
      const surfer = houses.newSurfer();
      const email = await member();
      const first = await surfer.visit(`${NOTES}/notes?tab=1`);
      const second = await surfer.visit(`${NOTES}/notes?tab=2`);
      const landing = await surfer.submit(first, "/sign-in", credentials(email));
      expect(hrefOf(landing)).toBe(`${NOTES}/notes?tab=1`);
      // The pages know by now who it is, and lead on at once.
      expect(hrefOf(await surfer.visit(hrefOf(second)))).toBe(`${NOTES}/notes?tab=2`);
    });

    it("has a new person sign up at the pages, confirm by mail, sign in, and land where they wanted to go", async () => {
      const surfer = houses.newSurfer();
      const email = newAddress();
      const signIn = await surfer.visit(`${NOTES}/notes`);
      expect(signIn.url.origin + signIn.url.pathname).toBe(`${GATEHOUSE}/sign-in`);
      const link = /href="(\/sign-up[^"]*)"/.exec(signIn.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
      const signUp = await surfer.visit(GATEHOUSE + link);
      await surfer.submit(signUp, "/sign-up", { name: "Grace", ...credentials(email) });
      const mailed = await surfer.visit(await houses.mailedLink(email));
      const confirmed = await surfer.submit(mailed, "/verify-email");
      const notes = await surfer.submit(confirmed, "/sign-in", credentials(email));
      expect(hrefOf(notes)).toBe(`${NOTES}/notes`);
      expect(notes.text).toContain("Your notes");
      expect(notes.text).toContain("Grace");
    });

    it("keeps what somebody writes down, escapes it, and deletes it again", async () => {
      const { surfer, page } = await signedIn();
      const kept = await surfer.submit(page, "/notes", { text: "<b>milk</b> & bread" });
      expect(hrefOf(kept)).toBe(`${NOTES}/notes`);
      expect(kept.text).toContain("&lt;b&gt;milk&lt;/b&gt; &amp; bread");
      const gone = await surfer.submit(kept, "/notes/");
      expect(gone.text).not.toContain("milk");
    });

    it("signs in at once whoever has a session at the pages already", async () => {
      const { surfer } = await signedIn();
      surfer.jarOf(NOTES).clear();
      const again = await surfer.visit(`${NOTES}/notes?old=1`);
      expect(hrefOf(again)).toBe(`${NOTES}/notes?old=1`);
      expect(again.text).toContain("Your notes");
    });

    it("goes on when the access token has gone, with a new one, in two tabs at once too", async () => {
      const { surfer } = await signedIn();
      const jar = surfer.jarOf(NOTES);
      const before = jar.get("__Host-notes_refresh");
      jar.delete("__Host-notes_access");
      surfer.jarOf(GATEHOUSE).clear();
      const tabs = await Promise.all([1, 2, 3].map(() => surfer.visit(`${NOTES}/notes`)));
      for (const tab of tabs) expect(tab.text).toContain("Your notes");
      expect(jar.get("__Host-notes_refresh")).not.toBe(before);
      expect(jar.has("__Host-notes_access")).toBe(true);
    });

    it("ends its session, and leads to where the other one can be ended", async () => {
      const { surfer, page } = await signedIn();
      const headers = { Authorization: `Bearer ${surfer.jarOf(NOTES).get("__Host-notes_access")}` };
      const asked = async () => (await houses.reach(new URL(`${NOTES}/api/notes`), { headers })).status;
      expect(await asked()).toBe(200);
      const out = await surfer.submit(page, "/sign-out");
      expect(out.url.origin + out.url.pathname).toBe(`${GATEHOUSE}/sign-out`);
      expect([...surfer.jarOf(NOTES).keys()]).toEqual([]);
      expect(await asked()).toBe(401);
      await surfer.submit(out, "/sign-out");
      expect((await surfer.visit(`${NOTES}/notes`)).url.pathname).toBe("/sign-in");
    });

    it("is an API for whoever has a token that is for it", async () => {
      const email = await member();
      const { body } = await houses.api("/login", { ...credentials(email), audience: "notes" });
      const Authorization = `Bearer ${body.data.token}`;
      const call = (method: string, path: string, text?: string) =>
        houses.reach(new URL(`${NOTES}/api/notes${path}`), {
          method,
          headers: { Authorization, "Content-Type": "application/json" },
          body: text && JSON.stringify({ text }),
        });
      const made = await call("POST", "", "from a program");
      expect(made.status).toBe(201);
      const { id } = (await made.json()) as { id: string };
      expect(await (await call("GET", "")).json()).toMatchObject({ notes: [{ id, text: "from a program" }] });
      expect((await call("DELETE", `/${id}`)).status).toBe(204);
      expect((await call("DELETE", `/${id}`)).status).toBe(404);
      expect((await call("POST", "", " ")).status).toBe(400);
    });
  });

  describe("refuses", () => {
    it("somebody else's notes", async () => {
      const [ada, eve] = [await signedIn(), await signedIn()];
      const kept = await ada.surfer.submit(ada.page, "/notes", { text: "a secret" });
      expect((await eve.surfer.visit(`${NOTES}/notes`)).text).not.toContain("a secret");
      // Eve sends the very form that deletes it, from a page of her own.
      await eve.surfer.submit({ ...eve.page, text: kept.text }, "/notes/");
      expect((await ada.surfer.visit(`${NOTES}/notes`)).text).toContain("a secret");
    });

    it("an empty note and one that is too long, and loses nothing of what was typed", async () => {
      const { surfer, page } = await signedIn();
      for (const text of ["   ", "x".repeat(501)]) {
        const refused = await surfer.submit(page, "/notes", { text });
        expect(refused.status).toBe(400);
        expect(refused.text).toContain("1 to 500 characters");
        expect(refused.text).toContain(`>${text}</textarea>`);
      }
    });

    it("a token that is for others, has been made up, or is of another kind", async () => {
      const email = await member();
      const { body } = await houses.api("/login", credentials(email));
      for (const token of [body.data.token, body.data.refreshToken, "none"]) {
        const answer = await houses.reach(new URL(`${NOTES}/api/notes`), {
          headers: { Authorization: `Bearer ${token}` },
        });
        expect(answer.status).toBe(401);
        expect(answer.headers.get("WWW-Authenticate")).toContain("Bearer");
      }
    });

    it("a session that was ended elsewhere, on the next click", async () => {
      const { surfer, email } = await signedIn();
      const { body } = await houses.api("/login", credentials(email));
      await houses.api("/logout-all", {}, body.data.token);
      const next = await surfer.visit(`${NOTES}/notes`);
      expect(next.url.origin + next.url.pathname).toBe(`${GATEHOUSE}/sign-in`);
      expect([...surfer.jarOf(NOTES).keys()]).toEqual([expect.stringMatching(JOURNEY)]);
    });
  });

  it("leads somebody on to a page whose form was sent too late", async () => {
    const { surfer, page, email } = await signedIn();
    const kept = await surfer.submit(page, "/notes", { text: "to be deleted" });
    const { body } = await houses.api("/login", credentials(email));
    await houses.api("/logout-all", {}, body.data.token);
    const late = await surfer.submit(kept, "/notes/");
    expect(late.url.pathname).toBe("/sign-in");
    const landing = await surfer.submit(late, "/sign-in", credentials(email));
    expect([hrefOf(landing), landing.status]).toEqual([`${NOTES}/notes`, 200]);
    expect(landing.text).toContain("to be deleted");
  });

  describe("abuse", () => {
    it("does not write for a page of another site, nor sign anybody out", async () => {
      const { surfer } = await signedIn();
      const Cookie = Array.from(surfer.jarOf(NOTES), ([name, value]) => `${name}=${value}`).join("; ");
      const headersOf = [
        { "Sec-Fetch-Site": "cross-site", Origin: NOTES },
        { "Sec-Fetch-Site": "same-site" },
        { Origin: "https://evil.example" },
        { Origin: "null" },
        {},
      ];
      for (const headers of headersOf) {
        for (const path of ["/notes", "/sign-out"]) {
          const answer = await houses.reach(new URL(NOTES + path), {
            method: "POST",
            headers: { Cookie, ...(headers as Record<string, string>) },
            body: new URLSearchParams({ text: "planted" }),
            redirect: "manual",
          });
          expect(answer.status).toBe(403);
        }
      }
      expect((await surfer.visit(`${NOTES}/notes`)).text).not.toContain("planted");
    });

    it("takes no code that its browser did not set out for", async () => {
      const thief = await signedIn();
      thief.surfer.jarOf(NOTES).clear();
      // The thief's own way, stopped just before it comes back: a link for a victim.
      const start = await houses.reach(new URL(`${NOTES}/sign-in`), { redirect: "manual" });
      const Cookie = Array.from(thief.surfer.jarOf(GATEHOUSE), ([name, value]) => `${name}=${value}`).join(
        "; ",
      );
      const back = await houses.reach(new URL(start.headers.get("Location") ?? ""), {
        headers: { Cookie },
        redirect: "manual",
      });
      const planted = back.headers.get("Location") ?? "";
      expect(planted).toMatch(/^http:\/\/notes\.example\.test\/signed-in\?code=/);
      const victim = houses.newSurfer();
      expect((await victim.visit(planted)).text).toContain("Sign in");
      expect(victim.jarOf(NOTES).size).toBe(0);
      // On a way of the victim's own, the state is another.
      await victim.visit(`${NOTES}/sign-in`);
      await victim.visit(planted);
      expect([...victim.jarOf(NOTES).keys()]).toEqual([expect.stringMatching(JOURNEY)]);
    });

    it.each([
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "/.//evil.example",
      "javascript:1",
    ])("goes nowhere else after signing in: %s", async (to) => {
      const email = await member();
      const surfer = houses.newSurfer();
      const page = await surfer.visit(`${NOTES}/sign-in?to=${encodeURIComponent(to)}`);
      const landing = await surfer.submit(page, "/sign-in", credentials(email));
      expect(landing.url.origin).toBe(NOTES);
    });
  });
});
