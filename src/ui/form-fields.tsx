import type { Child } from "hono/jsx";
import type { Shown } from "./page.ts";
import type { Words } from "./words.ts";

type FormProps = {
  readonly p: Shown;
  /** The page's own address unless told. */
  readonly action?: string;
  /** Which of the page's forms it is. */
  readonly act?: string;
  /** What a script asks before it is sent. */
  readonly confirm?: string;
  readonly upload?: boolean;
  readonly children: Child;
};

/** A form that is posted, with the token that shows that this page was meant (ASVS 3.5.1). */
export const Form = ({ p, action = p.action, act, confirm, upload, children }: FormProps) => (
  <form
    method="post"
    action={action}
    enctype={upload ? "multipart/form-data" : undefined}
    data-confirm={confirm}
    data-cancel={confirm && p.t.cancel}
  >
    <input type="hidden" name="csrf" value={p.csrf} />
    {act && <input type="hidden" name="act" value={act} />}
    {children}
  </form>
);

type FieldProps = {
  readonly p: Shown;
  readonly name: keyof Words["fields"];
  readonly type?: string;
  readonly autocomplete?: string;
  readonly inputmode?: "numeric" | "tel" | "email";
  readonly maxlength?: number;
  readonly optional?: boolean;
  /** What is there before anybody types. */
  readonly value?: string | null;
  readonly hint?: string;
  /** The first thing to be typed here, unless something is wrong elsewhere. */
  readonly first?: boolean;
  /** Beside the label, and after the field for whoever goes by Tab. */
  readonly aside?: Child;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
};

/** One labelled field: its hint, what is wrong with it, and what was typed before. */
export function Field({ p, name, type = "text", optional, value, hint, first, aside, ...rest }: FieldProps) {
  const { attributes, ...input } = rest;
  const problem = p.problems[name];
  const described = [problem && `${name}-problem`, hint && `${name}-hint`].filter(Boolean).join(" ");
  const isClean = Object.keys(p.problems).length === 0 && p.alert === null;
  return (
    <div class="field">
      <div class="label">
        <label for={name}>{p.t.fields[name]}</label>
        {optional && <span class="faint">{p.t.optional}</span>}
      </div>
      <input
        id={name}
        name={name}
        type={type}
        value={type === "password" ? undefined : (p.values.get(name) ?? value ?? undefined)}
        required={!optional}
        aria-describedby={described || undefined}
        aria-invalid={problem ? "true" : undefined}
        autofocus={problem ? Object.keys(p.problems)[0] === name : first && isClean}
        {...input}
        {...attributes}
      />
      {aside && <div class="beside">{aside}</div>}
      {problem && (
        <p class="problem" id={`${name}-problem`}>
          {problem}
        </p>
      )}
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

type PasswordProps = Pick<FieldProps, "p" | "first" | "aside"> & {
  readonly name: "password" | "currentPassword" | "newPassword";
  /** A password that is being chosen. */
  readonly fresh?: boolean;
};

/** A password: shown on request, and where it is chosen, with a word on its length (NIST SP 800-63B-4 §3.1.1.2). */
export const PasswordField = ({ p, fresh, ...field }: PasswordProps) => (
  <>
    {/* For password managers: whose password it is. */}
    {p.person && !fresh && (
      <input type="email" autocomplete="username" value={p.person.email} readonly hidden />
    )}
    <Field
      p={p}
      {...field}
      type="password"
      autocomplete={fresh ? "new-password" : "current-password"}
      hint={fresh ? p.t.password.hint : undefined}
      attributes={{
        spellcheck: "false",
        autocapitalize: "none",
        "data-show": p.t.password.show,
        ...(fresh ? { minlength: "8", "data-weak": p.t.password.weak, "data-good": p.t.password.good } : {}),
      }}
    />
  </>
);

/** Questions to a list, which the address keeps. */
export const Search = ({ p, children }: { p: Shown; children: Child }) => (
  <form method="get" class="search">
    {children}
    <button type="submit">{p.t.find}</button>
  </form>
);

type ChoiceProps = {
  readonly p: Shown;
  readonly name: keyof Words["fields"];
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly value?: string;
};

export const Choice = ({ p, name, options, value }: ChoiceProps) => (
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
