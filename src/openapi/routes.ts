import { type Context, Hono } from "hono";
import type { HttpEnv } from "../http/context.ts";
import { openApiDocument } from "./document.ts";

type Routes = Parameters<typeof openApiDocument>[0];
type Settings = {
  readonly settings: { readonly publicUrl: string; readonly brand: { readonly appName: string } };
};

/** GET /openapi.json: built on the first request for it, since most isolates are never asked. */
export function openApiRoutes(depsOf: (c: Context) => Settings, routesOf: () => Routes): Hono<HttpEnv> {
  let built: { readonly for: string; readonly document: object } | null = null;
  return new Hono<HttpEnv>().get("/openapi.json", (c) => {
    const { publicUrl, brand } = depsOf(c).settings;
    if (built?.for !== publicUrl) {
      const facts = { title: `${brand.appName} auth API`, serverUrl: publicUrl };
      built = { for: publicUrl, document: openApiDocument(routesOf(), facts) };
    }
    c.header("Cache-Control", "public, max-age=300");
    return c.json(built.document);
  });
}
