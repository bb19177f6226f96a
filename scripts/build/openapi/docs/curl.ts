import type { OpenApi, Operation } from "./document.ts";
import { exampleOf } from "./example.ts";

/** The body that a form and a command begin with, or null where there is none, or a file. */
export function exampleBody(document: OpenApi, { requestBody }: Operation): string | null {
  const schema = requestBody?.content["application/json"]?.schema;
  return schema ? JSON.stringify(exampleOf(document, schema, true), null, 2) : null;
}

/** One command of a shell; what it needs of the reader is a variable. */
export function curlOf(document: OpenApi, operation: Operation): string {
  const { method, path, parameters, requestBody, security } = operation;
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const query = parameters
    .filter((one) => one.in === "query" && one.required)
    .map(({ name }) => `${name}=$${name.toUpperCase()}`)
    .join("&");
  const body = exampleBody(document, operation);
  const [fileType] = Object.keys(requestBody?.content ?? {});
  const hasFile = requestBody !== undefined && body === null;
  return [
    `curl ${method === "GET" ? "" : `-X ${method} `}"{{origin}}${address}${query && `?${query}`}"`,
    ...(security.length > 0 ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(body === null ? [] : ["-H 'Content-Type: application/json'", `-d '${body}'`]),
    ...(hasFile ? [`-H 'Content-Type: ${fileType}'`, "--data-binary @picture.png"] : []),
  ].join(" \\\n  ");
}
