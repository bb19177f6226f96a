import { createApp } from "../../src/app.ts";
import { openApiDocument } from "./document.ts";

/** What the service says of itself, as it is committed. Bundled and run by scripts/openapi.ts. */
export const document = openApiDocument(createApp().routes);
