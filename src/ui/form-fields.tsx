import type { Child } from "hono/jsx";
import { advisedLength } from "../accounts/password-policy.ts";
import type { PageProps } from "./page.ts";
import type { Words } from "./ui-texts.ts";

type FormProps = {
  readonly p: PageProps;
  /** Defaults to the page's own URL. */
  readonly action?: string;
  /** Identifies the form on a page with several forms. */
  readonly act?: string;
  /** A question that a script asks before it submits the form. */
  readonly confirm?: string;
  readonly upload?: boolean;
  /** For buttons outside of the form. */
  readonly id?: string;
  readonly children: Child;
};

/** A POST form with its CSRF token (ASVS 3.5.1). */
export const Form = ({ p, action = p.action, act, confirm, upload, id, children }: FormProps) => (
  <form
    id={id}
    method="post"
    action={action}
    enctype={upload ? "multipart/form-data" : undefined}
    data-confirm={confirm}
    data-cancel={confirm && p.t.cancel}
  >
    <input type="hidden" name="csrf" value={p.csrf} />
    {p.formOwner && <input type="hidden" name="owner" value={p.formOwner} />}
    {act && <input type="hidden" name="act" value={act} />}
    {children}
  </form>
);

type FieldProps = {
  readonly p: PageProps;
  readonly name: keyof Words["fields"];
  /** Default: the text of the name. */
  readonly label?: string;
  readonly type?: string;
  readonly autocomplete?: string;
  readonly inputmode?: "numeric" | "tel" | "email";
  /** Characters. */
  readonly maxlength?: number;
  readonly optional?: boolean;
  /** A filter of a list: it may be empty, and its label does not say so. */
  readonly isFilter?: boolean;
  /** The initial value. */
  readonly value?: string | null;
  readonly hint?: string;
  /** Focuses the field, unless the page shows an error. */
  readonly first?: boolean;
  /** Shown beside the label, and after the field in the tab order. */
  readonly aside?: Child;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
};

type Description = Pick<FieldProps, "p" | "name" | "hint">;

/** The ids of what describes the field, for `aria-describedby`. */
export const descriptionIds = ({ p, name, hint }: Description): string | undefined =>
  [p.problems[name] && `${name}-problem`, hint && `${name}-hint`].filter(Boolean).join(" ") || undefined;

/** The error and the hint of a field. */
export const FieldDescription = ({ p, name, hint }: Description) => (
  <>
    {p.problems[name] && (
      <p class="problem" id={`${name}-problem`}>
        {p.problems[name]}
      </p>
    )}
    {hint && (
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
  </>
);

/** One labelled field with its hint, its error and the submitted value. */
export function Field({
  p,
  name,
  label = p.t.fields[name],
  type = "text",
  optional,
  isFilter,
  value,
  hint,
  first,
  aside,
  maxlength,
  ...rest
}: FieldProps) {
  const { attributes, ...input } = rest;
  const problem = p.problems[name];
  const hasNoErrors = Object.keys(p.problems).length === 0 && p.alert === null;
  return (
    <div class="field">
      <div class="label">
        <label for={name}>{label}</label>
        {optional && <span class="faint">{p.t.optional}</span>}
      </div>
      <input
        id={name}
        name={name}
        type={type}
        value={type === "password" ? undefined : (p.values.get(name) ?? value ?? undefined)}
        required={!optional && !isFilter}
        // Browsers count UTF-16 units, of which a character has two at most.
        maxlength={maxlength && maxlength * 2}
        aria-describedby={descriptionIds({ p, name, hint })}
        aria-invalid={problem ? "true" : undefined}
        autofocus={problem ? Object.keys(p.problems)[0] === name : first && hasNoErrors}
        {...input}
        {...attributes}
      />
      {aside && <div class="beside">{aside}</div>}
      <FieldDescription p={p} name={name} hint={hint} />
    </div>
  );
}

type EmailProps = Pick<FieldProps, "p" | "label" | "autocomplete" | "value" | "first" | "hint"> & {
  readonly name: "email" | "newEmail";
};

/** An address. The type `email` of HTML refuses addresses with letters beyond ASCII, which RFC 6531 allows. */
export const EmailField = (props: EmailProps) => (
  <Field {...props} inputmode="email" attributes={{ spellcheck: "false", autocapitalize: "none" }} />
);

type PasswordProps = Pick<FieldProps, "p" | "first" | "aside"> & {
  readonly name: "password" | "currentPassword" | "newPassword";
  /** The user chooses a new password. */
  readonly isNew?: boolean;
};

/** A password that a script can reveal. A new password gets advice on its length (NIST SP 800-63B-4 §3.1.1.2). */
export const PasswordField = ({ p, isNew, ...field }: PasswordProps) => (
  <>
    {/* Password managers read the account from this field. */}
    {p.account && !isNew && (
      <input type="email" autocomplete="username" value={p.account.email} readonly hidden />
    )}
    <Field
      p={p}
      {...field}
      type="password"
      autocomplete={isNew ? "new-password" : "current-password"}
      hint={isNew ? p.t.password.hint : undefined}
      attributes={{
        spellcheck: "false",
        autocapitalize: "none",
        "data-show": p.t.password.show,
        ...(isNew
          ? {
              minlength: String(p.passwordMinLength),
              "data-advised": String(advisedLength(p.passwordMinLength)),
              "data-weak": p.t.password.weak,
              "data-good": p.t.password.good,
            }
          : {}),
      }}
    />
  </>
);

/** Filters of a list. Its query string keeps them. */
export const SearchForm = ({ p, children }: { p: PageProps; children: Child }) => (
  <form method="get" class="search">
    {children}
    <button type="submit">{p.t.find}</button>
  </form>
);

type CheckboxProps = { readonly name: string; readonly label: string; readonly checked?: boolean };

/** A labelled checkbox. */
export const CheckboxField = ({ name, label, checked }: CheckboxProps) => (
  <label class="check">
    <input type="checkbox" name={name} value="yes" checked={checked} />
    {label}
  </label>
);

type ChoiceProps = {
  readonly p: PageProps;
  readonly name: keyof Words["fields"];
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly value?: string;
};

export const SelectField = ({ p, name, options, value }: ChoiceProps) => (
  <div class="field">
    <div class="label">
      <label for={name}>{p.t.fields[name]}</label>
    </div>
    <select id={name} name={name}>
      {options.map(([option, label]) => (
        <option value={option} selected={option === (p.values.get(name) ?? value)}>
          {label}
        </option>
      ))}
    </select>
  </div>
);
