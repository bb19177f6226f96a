import type { Resource } from "../../../sessions/resource.ts";
import type { PageProps } from "../../../ui/page.ts";
import { resourceField } from "./application-form.ts";

type FlagProps = {
  readonly p: PageProps;
  readonly name: string;
  readonly label: string;
  readonly checked: boolean;
};

/** A checkbox with its stored state, or the submitted one. */
export const Flag = ({ p, name, label, checked }: FlagProps) => (
  <label class="check">
    <input
      type="checkbox"
      name={name}
      value="yes"
      checked={p.values.size > 0 ? p.values.get(name) === "yes" : checked}
    />
    {label}
  </label>
);

type ResourcesProps = {
  readonly p: PageProps;
  readonly known: readonly Pick<Resource, "uri" | "scopes">[];
  readonly chosen: readonly string[];
};

/** A checkbox for each resource of RESOURCES, with the scopes that the field for scopes may list. */
export const ResourceFields = ({ p, known, chosen }: ResourcesProps) => (
  <fieldset>
    <legend>{p.t.applications.resources}</legend>
    {known.length === 0 && <p class="hint">{p.t.applications.noResources}</p>}
    {known.map(({ uri, scopes }, at) => (
      <>
        <Flag p={p} name={resourceField(at)} label={uri} checked={chosen.includes(uri)} />
        {Object.keys(scopes).length > 0 && (
          <p class="hint">{`${p.t.fields.scopes}: ${Object.keys(scopes).join(" ")}`}</p>
        )}
      </>
    ))}
  </fieldset>
);
