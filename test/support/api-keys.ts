import type { Service } from "./service.ts";

/** The resource of the tests of API keys, as the value of RESOURCES. */
export const NOTES = "https://notes.example.test";
export const NOTES_RESOURCE = JSON.stringify([
  {
    uri: NOTES,
    alias: "notes",
    scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
  },
]);

let keys = 0;

/** The body of a request that creates a key, for the first resource of the service and its first scope. */
export function keyRequest({ env }: Pick<Service, "env">, fields: object = {}) {
  const [resource] = JSON.parse((env as { RESOURCES?: string }).RESOURCES ?? "[]");
  const scopes = Object.keys(resource?.scopes ?? {}).slice(0, 1);
  return { name: `Key ${++keys}`, resource: resource?.uri, scopes, ...fields };
}

export type CreatedKey = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
};

/** Creates a key by the API. */
export async function createKey(service: Service, token: string, fields: object = {}): Promise<CreatedKey> {
  const answer = await service.post("/me/keys", keyRequest(service, fields), token);
  if (answer.status !== 201) throw new Error(`creating a key answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}
