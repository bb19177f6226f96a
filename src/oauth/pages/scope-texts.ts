import type { Resource } from "../../sessions/resource.ts";
import type { Words } from "../../ui/ui-texts.ts";
import { isOpenIdScope } from "../scopes.ts";

/** The sentence of each scope for the user: of this service, or of RESOURCES. */
export function scopeTexts(
  t: Words,
  resources: readonly Resource[],
  { resource, scopes }: { readonly resource: string; readonly scopes: readonly string[] },
): readonly string[] {
  const texts = resources.find(({ uri }) => uri === resource)?.scopes ?? {};
  return scopes.map((scope) => {
    if (isOpenIdScope(scope)) return t.scopes[scope];
    return (Object.hasOwn(texts, scope) ? texts[scope] : undefined) ?? scope;
  });
}
