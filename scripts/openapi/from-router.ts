import { createApp } from "../../src/app.ts";
import { docsPages } from "./docs/pages.tsx";
import { openApiDocument } from "./document.ts";

/** What the service says of itself, as it is committed, for programs and for people. Bundled and run by scripts/openapi.ts. */
export const document = openApiDocument(createApp().routes);
export const pages = docsPages(document as Parameters<typeof docsPages>[0]);
