import { createBrowserClient } from "gatehouse/client/browser";

const setting = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";

/** The API's URI in RESOURCES of Gatehouse, and here also its origin. */
const api = setting("notes-api");

const gatehouse = createBrowserClient({
  issuer: setting("gatehouse-issuer"),
  clientId: setting("gatehouse-client-id"),
  resource: api,
  scopes: ["openid", "profile", "notes:read"],
});

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element ${id}.`);
  return found;
};

function show(message: string, isSignedIn: boolean): void {
  element("status").textContent = message;
  element("sign-in").hidden = isSignedIn;
  element("sign-out").hidden = !isSignedIn;
}

async function showNotes(): Promise<void> {
  const response = await gatehouse.fetch(`${api}/api/notes`);
  if (!response.ok)
    return show(`The notes could not be loaded (${response.status}).`, response.status !== 401);
  const { notes } = (await response.json()) as { notes: readonly { text: string }[] };
  const items = notes.map(({ text }) => Object.assign(document.createElement("li"), { textContent: text }));
  element("notes").replaceChildren(...items);
}

async function showUser(): Promise<void> {
  const user = gatehouse.user();
  if (!user) {
    element("notes").replaceChildren();
    return show("You are signed out.", false);
  }
  show(`Signed in as ${user.name}`, true);
  await showNotes();
}

element("sign-in").addEventListener("click", () => gatehouse.signIn());
element("sign-out").addEventListener("click", () => gatehouse.signOut());
// Also when the user signs in or out in another tab.
gatehouse.onChange(showUser);

const started = await gatehouse.start();
if (started.status === "failed") show(`Sign-in failed (${started.error}). Please try again.`, false);
else if (started.status !== "redirecting") await showUser();
