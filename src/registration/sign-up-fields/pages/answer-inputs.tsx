import type { PageProps } from "../../../ui/page.ts";
import type { SignUpField } from "../sign-up-field.ts";
import { inputName } from "./read-answer-form.ts";

type Props = { readonly p: PageProps; readonly fields: readonly SignUpField[] };

/** The inputs of custom fields, with their errors and the submitted values. */
export const AnswerInputs = ({ p, fields }: Props) => (
  <>
    {fields.map((field) => (
      <div class="field">
        {field.type === "checkbox" ? <Checkbox p={p} field={field} /> : <LabelledInput p={p} field={field} />}
        {field.link !== null && (
          <a
            href={field.link}
            target="_blank"
            rel="noopener noreferrer"
            aria-label={`${p.t.signUp.read}: ${field.label[p.locale]}`}
          >
            {p.t.signUp.read}
          </a>
        )}
        {p.problems[inputName(field.name)] && (
          <p class="problem" id={problemId(field)}>
            {p.problems[inputName(field.name)]}
          </p>
        )}
      </div>
    ))}
  </>
);

type InputProps = { readonly p: PageProps; readonly field: SignUpField };

const idOf = ({ name }: SignUpField) => `field-${name}`;
const problemId = (field: SignUpField) => `${idOf(field)}-problem`;

/** The attributes that every kind of input has. */
function attributesOf({ p, field }: InputProps) {
  const name = inputName(field.name);
  const problem = p.problems[name];
  return {
    id: idOf(field),
    name,
    required: field.isRequired,
    "aria-describedby": problem ? problemId(field) : undefined,
    "aria-invalid": problem ? ("true" as const) : undefined,
    autofocus: problem !== undefined && Object.keys(p.problems)[0] === name,
  };
}

const Checkbox = ({ p, field }: InputProps) => (
  <label class="check">
    <input
      type="checkbox"
      value="yes"
      checked={p.values.has(inputName(field.name))}
      {...attributesOf({ p, field })}
    />
    {field.label[p.locale]}
  </label>
);

const LabelledInput = ({ p, field }: InputProps) => (
  <>
    <div class="label">
      <label for={idOf(field)}>{field.label[p.locale]}</label>
      {!field.isRequired && <span class="faint">{p.t.optional}</span>}
    </div>
    <Input p={p} field={field} />
  </>
);

function Input({ p, field }: InputProps) {
  const value = p.values.get(inputName(field.name));
  const attributes = attributesOf({ p, field });
  switch (field.type) {
    case "choice":
      return (
        <select {...attributes}>
          <option value="">{p.t.signUp.choose}</option>
          {field.options.map((option) => (
            <option value={option.value} selected={option.value === value}>
              {option.label[p.locale]}
            </option>
          ))}
        </select>
      );
    case "number":
      return (
        <input
          type="text"
          inputmode="decimal"
          autocomplete="off"
          maxlength={24}
          value={value}
          {...attributes}
        />
      );
    default:
      return <input type="text" autocomplete="off" value={value} {...lengthsOf(field)} {...attributes} />;
  }
}

/** Browsers count UTF-16 units, so the least length is not theirs to check. */
const lengthsOf = (field: SignUpField) => (field.type === "text" ? { maxlength: field.maxLength * 2 } : {});
