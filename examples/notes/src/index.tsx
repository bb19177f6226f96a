import { type AuthServiceBinding, createVerifier } from "gatehouse/client";
import {
  browserSession,
  type OptionalSessionEnv,
  requireSession,
  type SessionEnv,
  signInRoutes,
} from "gatehouse/client/hono";
import { type Context, Hono } from "hono";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { addNote, deleteNote, LONGEST, listNotes, readText } from "./notes.ts";
import { MyNotes, Welcome } from "./pages.tsx";

type Env = { Bindings: { AUTH: AuthServiceBinding; GATEHOUSE_URL: string; DB: D1Database } };

/** How this app reaches Gatehouse: Workers by the binding, people at its pages. */
const gatehouse = ({ env }: Context<Env>) => ({
  binding: env.AUTH,
  pages: env.GATEHOUSE_URL,
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
      // A browser holds the redirects of a form to this as well: signing in, and out, is at Gatehouse.
      formAction: ["'self'", (c) => c.env.GATEHOUSE_URL],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  }),
);

// /sign-in, /signed-in and /sign-out: there, back again, and out.
app.route("/", signInRoutes(gatehouse));

// The front door is open to everybody, and knows who comes.
const door = new Hono<Env & OptionalSessionEnv>();
door.use("/", browserSession(gatehouse, { optional: true }));
door.get("/", (c) =>
  c.html(<Welcome name={c.var.session?.name} nonce={c.get("secureHeadersNonce") ?? ""} />),
);
app.route("/", door);

// Pages: a browser's session is in cookies of this host, and whoever has none signs in first.
app.use("/notes/*", browserSession(gatehouse));

app.get("/notes", (c) => showNotes(c));

app.post("/notes", async (c) => {
  const { text: typed } = await c.req.parseBody();
  const text = readText(typed);
  if (text === null) {
    c.status(400);
    return showNotes(c, { alert: `A note has 1 to ${LONGEST} characters.`, typed: String(typed ?? "") });
  }
  await addNote(c.env.DB, c.var.session.userId, text);
  return c.redirect("/notes", 303);
});

app.post("/notes/:id/delete", async (c) => {
  await deleteNote(c.env.DB, c.var.session.userId, c.req.param("id"));
  return c.redirect("/notes", 303);
});

// An API: whoever calls brings an access token of Gatehouse.
app.use(
  "/api/*",
  requireSession((c) => createVerifier({ binding: c.env.AUTH })),
);

app.get("/api/notes", async (c) => c.json({ notes: await listNotes(c.env.DB, c.var.session.userId) }));

app.post("/api/notes", async (c) => {
  const body: unknown = await c.req.json().catch(() => null);
  const text = readText(typeof body === "object" && body && "text" in body ? body.text : null);
  if (text === null) return c.json({ error: `text has 1 to ${LONGEST} characters` }, 400);
  return c.json(await addNote(c.env.DB, c.var.session.userId, text), 201);
});

app.delete("/api/notes/:id", async (c) => {
  const isGone = await deleteNote(c.env.DB, c.var.session.userId, c.req.param("id"));
  return isGone ? c.body(null, 204) : c.json({ error: "There is no such note." }, 404);
});

async function showNotes(c: Context<Env & SessionEnv>, refused: { alert?: string; typed?: string } = {}) {
  const { userId, name } = c.var.session;
  return c.html(
    <MyNotes
      name={name}
      notes={await listNotes(c.env.DB, userId)}
      account={`${c.env.GATEHOUSE_URL}/account`}
      nonce={c.get("secureHeadersNonce") ?? ""}
      {...refused}
    />,
  );
}

export default app;
