import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { DepsOf } from "../http/context.ts";
import { NotePage } from "./link-pages.tsx";
import { pageShower, type ShowPageDeps } from "./show-page.ts";

type Note = { readonly title: string; readonly text: string; readonly status: ContentfulStatusCode };

/** A page that says one thing, for a room whose answers a browser may have to show by itself. */
export const showNote = (depsOf: DepsOf<ShowPageDeps>) => {
  const show = pageShower(depsOf);
  return (c: Context, { title, text, status }: Note): Promise<Response> =>
    show(c, (shared) => <NotePage {...shared} title={title} text={text} />, status);
};
