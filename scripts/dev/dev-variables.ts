import type { WranglerArguments } from "../shared/wrangler-arguments.ts";
import type { NotesPlace } from "./notes-example.ts";

type Variables = Readonly<Record<string, unknown>>;

/** What `npm run dev` says to the service itself: where it is, unless somebody says otherwise, and the example beside it. */
export function ourVariables(
  said: Variables,
  { origin, notes }: { readonly origin: string; readonly notes: NotesPlace | null },
): Readonly<Record<string, string>> {
  const place: Record<string, string> = said.PUBLIC_URL === undefined ? { PUBLIC_URL: origin } : {};
  if (notes === null) return place;
  return {
    ...place,
    // No list means the one audience that everything is for by default.
    AUDIENCES: added(said.AUDIENCES || "gatehouse", notes.audience),
    ALLOWED_RETURN_URLS: added(said.ALLOWED_RETURN_URLS, notes.returnUrl),
  };
}

/** A list by commas with the item in it, once. */
function added(list: unknown, item: string): string {
  if (!list) return item;
  const isThere = String(list)
    .split(",")
    .some((one) => one.trim() === item);
  return isThere ? String(list) : `${list},${item}`;
}

/**
 * The arguments for `wrangler dev`, in which a variable of ours is said once: in the reader's own place where the
 * reader says it, else before all of theirs, since a "--" of theirs ends the options; then the port, since --var takes
 * all that follows.
 */
export function argumentsFor(
  { others, vars }: Pick<WranglerArguments, "others" | "vars">,
  port: number,
  ours: Readonly<Record<string, string>>,
): readonly string[] {
  const said = others.map((argument) => {
    const name = Object.keys(vars).find((one) => argument.replace(/^--var=/, "") === `${one}:${vars[one]}`);
    const value = name === undefined ? undefined : ours[name];
    return value === undefined ? argument : argument.replace(/:.*/s, () => `:${value}`);
  });
  const unsaid = Object.entries(ours).filter(([name]) => !Object.hasOwn(vars, name));
  return [
    ...unsaid.flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    "--port",
    String(port),
    ...said,
  ];
}
