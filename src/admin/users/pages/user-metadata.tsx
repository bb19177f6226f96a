import { metadataField } from "../../../accounts/fields.ts";
import { MAX_METADATA_BYTES, type MetadataChange, toMetadataChange } from "../../../accounts/metadata.ts";
import { utf8Length } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { invalid } from "../../../ui/read-fields.ts";
import type { Form as SubmittedForm } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { searchOf, wordsOf } from "../../../ui/render-page.tsx";
import { TextArea } from "../../../ui/text-area.tsx";
import type { Words } from "../../../ui/ui-texts.ts";
import { userErrors } from "../errors.ts";
import type { UserDetails } from "../read-user.ts";
import { type UpdateUserDeps, updateUser } from "../update-user.ts";
import { findUserDetails } from "./user.tsx";

/** Bytes of a form: an object with line breaks and indents, in which each quote takes three bytes (percent-encoding). */
const MAX_FORM_BYTES = 64 * 1024;

const FIELDS = ["publicMetadata", "privateMetadata"] as const;
type Field = (typeof FIELDS)[number];

/** The metadata of a user as JSON. Each of the two has a form of its own: of two writes to one the last one wins. */
export const userMetadataPage = (depsOf: DepsOf<UpdateUserDeps>): Page<UserDetails> => ({
  path: "/admin/users/:id/metadata",
  access: "users:metadata",
  maxFormBytes: MAX_FORM_BYTES,
  title: (t) => t.metadata.title,
  back: (t, search) => ({ href: `/admin/users${search}`, label: t.nav.users }),
  load: (c) => findUserDetails(c, depsOf(c)),
  view: (p, { account, privateMetadata }) => (
    <>
      <p class="lead">{account.email}</p>
      <MetadataForm
        p={p}
        name="publicMetadata"
        value={textOf(JSON.parse(account.publicMetadata ?? "null"))}
      />
      {privateMetadata !== undefined && (
        <MetadataForm p={p} name="privateMetadata" value={textOf(privateMetadata)} />
      )}
    </>
  ),
  submit: async (c, form, { account }) => {
    const t = wordsOf(c);
    const name = FIELDS.find((field) => field === form.text("act")) ?? "publicMetadata";
    const read = readMetadata(t, form, name);
    if ("problem" in read) return invalid({ [name]: read.problem });
    const input = { actor: c.var.actor, id: account.id, caller: c.var.caller };
    const result = await updateUser(depsOf(c), { ...input, change: read.change });
    return result.ok
      ? redirectWithFlash(c, `/admin/users/${account.id}${searchOf(c)}`, "saved")
      : formFailure(c, userErrors[result.error.reason]);
  },
});

const textOf = (metadata: unknown): string => (metadata === null ? "" : JSON.stringify(metadata, null, 2));

const MetadataForm = ({ p, name, value }: { p: PageProps; name: Field; value: string }) => (
  <section class="card">
    <Form p={p} act={name}>
      <TextArea p={p} name={name} value={value} rows={10} hint={p.t.metadata[name]} />
      <button type="submit">{p.t.save}</button>
    </Form>
  </section>
);

/** An empty field clears the object. */
function readMetadata(
  t: Words,
  form: SubmittedForm,
  name: Field,
): { readonly change: MetadataChange } | { readonly problem: string } {
  const typed = form.text(name).trim();
  if (typed === "") return { change: { [name]: null } };
  const parsed = parseJson(typed);
  if (parsed === undefined) return { problem: t.metadata.notJson };
  const read = metadataField.safeParse(parsed);
  if (read.success) return { change: toMetadataChange({ [name]: read.data }) };
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return { problem: t.metadata.notObject };
  const isTooLarge = utf8Length(JSON.stringify(parsed)) > MAX_METADATA_BYTES;
  return { problem: isTooLarge ? t.metadata.tooLarge : t.metadata.tooDeep };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
