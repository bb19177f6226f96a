import { type AuthServiceBinding, createVerifier } from "gatehouse/client";
import {
  browserSession,
  type OptionalSessionEnv,
  requireSession,
  type SessionEnv,
  signInRoutes,
} from "gatehouse/client/hono";
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { addNote, deleteNote, listNotes, MAX_NOTE_LENGTH, parseNoteText } from "./notes.ts";
import { NotesPage, PublicPage } from "./pages.tsx";

type Env = {
  Bindings: {
    AUTH: AuthServiceBinding;
    GATEHOUSE: Fetcher;
    GATEHOUSE_URL: string;
    CLIENT_SECRET: string;
    DB: D1Database;
  };
};

/** The client that Gatehouse has registered. Its requests go over the binding; browsers are redirected to the pages. */
const gatehouse = ({ env }: Context<Env>) => ({
  issuer: env.GATEHOUSE_URL,
  clientId: "notes",
  clientSecret: env.CLIENT_SECRET,
  fetch: (url: string, init?: RequestInit) => env.GATEHOUSE.fetch(url, init),
  verifier: createVerifier({ binding: env.AUTH }),
  name: "notes",
  home: "/notes",
});

const app = new Hono<Env & SessionEnv>();

app.use(
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: [NONCE],
      imgSrc: ["data:"],
      // Browsers apply form-action to the redirects of a form too: sign-in and sign-out redirect to Gatehouse.
      formAction: ["'self'", (c) => c.env.GATEHOUSE_URL],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  }),
);

// /sign-in, /signed-in (the redirect URI) and /sign-out.
app.route("/", signInRoutes(gatehouse));

// The public page needs no session, and shows the name of a signed-in user.
const publicPages = new Hono<Env & OptionalSessionEnv>();
publicPages.use("/", browserSession(gatehouse, { optional: true }));
publicPages.get("/", (c) =>
  c.html(<PublicPage name={c.var.session?.name ?? undefined} nonce={c.get("secureHeadersNonce") ?? ""} />),
);
app.route("/", publicPages);

// Pages: the session is in cookies of this host. Without a session, the browser is redirected to sign-in.
app.use("/notes/*", browserSession(gatehouse));

app.get("/notes", (c) => showNotes(c));

app.post("/notes", async (c) => {
  const { text: input } = await c.req.parseBody();
  const text = parseNoteText(input);
  if (text === null) {
    c.status(400);
    return showNotes(c, {
      error: `Enter a note of 1 to ${MAX_NOTE_LENGTH} characters.`,
      text: String(input ?? ""),
    });
  }
  await addNote(c.env.DB, c.var.session.userId, text);
  return c.redirect("/notes", 303);
});

app.post("/notes/:id/delete", async (c) => {
  await deleteNote(c.env.DB, c.var.session.userId, c.req.param("id"));
  return c.redirect("/notes", 303);
});

// API: the caller sends an access token of Gatehouse. Any origin may call it, since it reads no cookies.
app.use("/api/*", cors({ origin: "*", exposeHeaders: ["WWW-Authenticate"] }));
app.use(
  "/api/*",
  requireSession((c) => createVerifier({ binding: c.env.AUTH })),
);

app.get("/api/notes", async (c) => c.json({ notes: await listNotes(c.env.DB, c.var.session.userId) }));

app.post("/api/notes", async (c) => {
  const body: unknown = await c.req.json().catch(() => null);
  const text = parseNoteText(typeof body === "object" && body && "text" in body ? body.text : null);
  if (text === null) return c.json({ error: `text must have 1 to ${MAX_NOTE_LENGTH} characters` }, 400);
  return c.json(await addNote(c.env.DB, c.var.session.userId, text), 201);
});

app.delete("/api/notes/:id", async (c) => {
  const wasDeleted = await deleteNote(c.env.DB, c.var.session.userId, c.req.param("id"));
  return wasDeleted ? c.body(null, 204) : c.json({ error: "Note not found" }, 404);
});

async function showNotes(c: Context<Env & SessionEnv>, rejected: { error?: string; text?: string } = {}) {
  const { userId, name } = c.var.session;
  return c.html(
    <NotesPage
      name={name ?? userId}
      notes={await listNotes(c.env.DB, userId)}
      accountUrl={`${c.env.GATEHOUSE_URL}/account`}
      nonce={c.get("secureHeadersNonce") ?? ""}
      {...rejected}
    />,
  );
}

export default app;
