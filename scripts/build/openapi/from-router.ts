import { createApp } from "../../../src/app.ts";
import { openApiDocument } from "./document.ts";

/** The OpenAPI document of the deployed routes. scripts/build/openapi.ts bundles and runs this module. */
const deployed = createApp().routes.filter(({ path }) => !path.startsWith("/dev/"));
export const document = openApiDocument(deployed);
