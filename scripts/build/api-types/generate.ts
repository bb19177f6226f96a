import openapiTypescript, { astToString } from "openapi-typescript";

/** Source of the TypeScript types `paths`, `operations` and `components` of an OpenAPI document. */
export async function generateTypes(document: object): Promise<string> {
  return astToString(await openapiTypescript(document as Parameters<typeof openapiTypescript>[0]));
}
