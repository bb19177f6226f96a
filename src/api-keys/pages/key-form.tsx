import { fill } from "../../core/text.ts";
import type { Resource } from "../../sessions/resource.ts";
import { Field, Form, PasswordField, SelectField } from "../../ui/form-fields.tsx";
import type { PageProps } from "../../ui/page.ts";
import type { Form as Posted } from "../../ui/read-form.ts";
import { DEFAULT_KEY_LIFETIME, MAX_KEY_LIFETIME, MAX_KEY_NAME_LENGTH } from "../api-key.ts";

const LIFETIMES = [30, DEFAULT_KEY_LIFETIME, 180, MAX_KEY_LIFETIME];
const NEVER = "never";

/** Each checkbox has a name of its own, since a form with two fields of one name is refused. */
const SCOPE = "scope ";

/** The scopes that the user has checked. */
export const checkedScopes = ({ kept }: Posted): string[] =>
  [...kept.keys()].filter((name) => name.startsWith(SCOPE)).map((name) => name.slice(SCOPE.length));

/** The chosen lifetime in days; null for a key that does not expire. An unknown value is the default. */
export function lifetimeOf(form: Posted): number | null {
  const chosen = form.text("expiry");
  if (chosen === NEVER) return null;
  return LIFETIMES.find((days) => String(days) === chosen) ?? DEFAULT_KEY_LIFETIME;
}

/** What users call a resource. */
export const resourceName = ({ uri, alias }: Resource): string => alias ?? new URL(uri).host;

type ChoiceProps = {
  readonly p: PageProps;
  readonly path: string;
  readonly resources: readonly Resource[];
  readonly chosen: Resource;
};

/** Links that choose the resource of the form. Nothing if there is one resource. */
export const ResourceChoice = ({ p, path, resources, chosen }: ChoiceProps) =>
  resources.length > 1 && (
    <nav aria-label={p.t.keys.chooseResource}>
      {resources.map((resource) => (
        <a
          href={`${path}?resource=${encodeURIComponent(resource.uri)}`}
          aria-current={resource.uri === chosen.uri ? "true" : undefined}
        >
          {resourceName(resource)}
        </a>
      ))}
    </nav>
  );

type FormProps = { readonly p: PageProps; readonly resource: Resource; readonly confirms: boolean };

/** The form of a new key for one resource. `confirms`: it asks for the password. */
export const KeyForm = ({ p, resource, confirms }: FormProps) => (
  <Form p={p} act="create">
    <p class="faint">{fill(p.t.keys.forResource, { resource: resource.uri })}</p>
    <input type="hidden" name="resource" value={resource.uri} />
    <Field p={p} name="keyName" autocomplete="off" maxlength={MAX_KEY_NAME_LENGTH} hint={p.t.keys.nameHint} />
    <ScopeFields p={p} resource={resource} />
    <SelectField
      p={p}
      name="expiry"
      value={String(DEFAULT_KEY_LIFETIME)}
      options={[
        ...LIFETIMES.map((days) => [String(days), fill(p.t.keys.days, { count: String(days) })] as const),
        [NEVER, p.t.keys.never],
      ]}
    />
    <p class="hint">{p.t.keys.neverHint}</p>
    {confirms && <PasswordField p={p} name="password" />}
    <button type="submit" class="main">
      {p.t.keys.create}
    </button>
  </Form>
);

function ScopeFields({ p, resource }: Pick<FormProps, "p" | "resource">) {
  const scopes = Object.entries(resource.scopes);
  const problem = p.problems.scopes;
  if (scopes.length === 0) return <p class="faint">{p.t.keys.noScopesToChoose}</p>;
  return (
    <fieldset class="field" aria-describedby={problem && "scopes-problem"}>
      <legend class="label">{p.t.keys.scopes}</legend>
      {scopes.map(([scope, meaning]) => (
        <label class="check">
          <input type="checkbox" name={SCOPE + scope} value="yes" checked={p.values.has(SCOPE + scope)} />
          <span>
            {meaning} {meaning !== scope && <code class="faint">{scope}</code>}
          </span>
        </label>
      ))}
      {problem && (
        <p class="problem" id="scopes-problem">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
