import openapiTypescript, { astToString } from "openapi-typescript";

const HEADER = `// Written by \`npm run openapi\`, from the document at /openapi.json: docs/api.md.

`;

/** What the document says, as types of TypeScript: \`paths\`, \`operations\` and \`components\`. */
export async function generateTypes(document: object): Promise<string> {
  const tree = await openapiTypescript(document as Parameters<typeof openapiTypescript>[0]);
  return HEADER + astToString(tree);
}
