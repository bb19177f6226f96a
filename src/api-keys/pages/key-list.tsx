import { fill } from "../../core/text.ts";
import type { Resource } from "../../sessions/resource.ts";
import { Form } from "../../ui/form-fields.tsx";
import type { PageProps } from "../../ui/page.ts";
import { LocalTime, TimeAgo } from "../../ui/relative-time.tsx";
import { Badge } from "../../ui/settings-rows.tsx";
import type { ApiKey } from "../api-key.ts";
import { resourceNamed } from "../rules.ts";
import { resourceName } from "./key-form.tsx";

type ListProps = {
  readonly p: PageProps;
  readonly keys: readonly ApiKey[];
  readonly resources: readonly Resource[];
};

export const KeyList = ({ p, keys, resources }: ListProps) =>
  keys.length === 0 ? (
    <p class="faint">{p.t.keys.none}</p>
  ) : (
    <ul class="card list">
      {keys.map((key) => (
        <Key p={p} of={key} resource={resourceNamed(resources, key.resource)} />
      ))}
    </ul>
  );

type KeyProps = { readonly p: PageProps; readonly of: ApiKey; readonly resource: Resource | undefined };

const Key = ({ p, of, resource }: KeyProps) => (
  <li>
    <p>
      <strong>{of.name}</strong> {isExpired(p, of) && <Badge good={false}>{p.t.keys.expired}</Badge>}
      <br />
      <code>gth_{of.id}…</code>
      <br />
      <span class="faint">
        {[resource ? resourceName(resource) : of.resource, ...of.scopes].join(" · ")}
        <br />
        {of.lastUsedAt === null ? (
          p.t.keys.neverUsed
        ) : (
          <>
            {p.t.keys.used} <TimeAgo p={p} at={of.lastUsedAt} />
          </>
        )}
        {" · "}
        {of.expiresAt === null ? (
          p.t.keys.noExpiry
        ) : (
          <>
            {isExpired(p, of) ? p.t.keys.expired : p.t.keys.expires} <LocalTime p={p} at={of.expiresAt} />
          </>
        )}
      </span>
    </p>
    <Form p={p} act="revoke" confirm={fill(p.t.keys.confirm, { name: of.name })}>
      <input type="hidden" name="id" value={of.id} />
      <button type="submit" class="bad" aria-label={`${p.t.keys.revoke}: ${of.name}`}>
        {p.t.keys.revoke}
      </button>
    </Form>
  </li>
);

const isExpired = ({ now }: PageProps, { expiresAt }: ApiKey): boolean =>
  expiresAt !== null && expiresAt <= now;
