import { Hono } from "hono";
import * as z from "zod";
import type { HttpEnv } from "../http/context.ts";
import { describe } from "../http/operation.ts";
import { answer, respond } from "../http/respond.ts";

const healthy = answer(200, undefined, z.object({ status: z.literal("ok") }));

/** Whether the Worker runs and its configuration can be read. It asks no store. */
export function healthRoutes(): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get(
    "/healthz",
    describe({ summary: "Whether the service runs", tag: "Discovery", answer: healthy }),
    (c) => respond(c, healthy, { status: "ok" }),
  );
}
