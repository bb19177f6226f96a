import { type Context, Hono } from "hono";
import type { HttpEnv } from "../http/context.ts";

type Settings = { readonly publicUrl: string; readonly brand: { readonly appName: string } };
type Deps = {
  readonly settings: Settings;
  readonly assets: { readJson(path: `/${string}`): Promise<unknown> };
};

/** GET /openapi.json: read on the first request for it, since most isolates are never asked. */
export function openApiRoutes(depsOf: (c: Context) => Deps): Hono<HttpEnv> {
  let known: { readonly for: Settings; readonly document: object } | null = null;
  return new Hono<HttpEnv>().get("/openapi.json", async (c) => {
    const { settings, assets } = depsOf(c);
    if (known?.for !== settings) {
      const document = describeDeployment(await assets.readJson("/openapi.json"), settings);
      known = { for: settings, document };
    }
    c.header("Cache-Control", "public, max-age=300");
    return c.json(known.document);
  });
}

/** The committed document (`npm run openapi`) is of any deployment; this one has a name and an address. */
function describeDeployment(committed: unknown, { publicUrl, brand }: Settings): object {
  const document = committed as { readonly info: object };
  const info = { ...document.info, title: `${brand.appName} auth API` };
  return { ...document, info, servers: [{ url: publicUrl }] };
}
