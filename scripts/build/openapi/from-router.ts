import { createApp } from "../../../src/app.ts";
import { docsPages } from "./docs/pages.tsx";
import { openApiDocument } from "./document.ts";

/** What the service says of itself, as it is committed, for programs and for people. Bundled and run by scripts/build/openapi.ts. */
const deployed = createApp().routes.filter(({ path }) => !path.startsWith("/dev/"));
export const document = openApiDocument(deployed);
export const pages = docsPages(document as Parameters<typeof docsPages>[0]);
