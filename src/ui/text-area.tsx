import { descriptionIds, FieldDescription } from "./form-fields.tsx";
import type { PageProps } from "./page.ts";
import type { Words } from "./ui-texts.ts";

type TextAreaProps = {
  readonly p: PageProps;
  readonly name: keyof Words["fields"];
  readonly value: string;
  readonly hint?: string;
  readonly rows?: number;
};

/** A labelled field of several lines, with its hint and its error. */
export function TextArea({ p, name, value, hint, rows = 3 }: TextAreaProps) {
  const problem = p.problems[name];
  return (
    <div class="field">
      <div class="label">
        <label for={name}>{p.t.fields[name]}</label>
      </div>
      <textarea
        id={name}
        name={name}
        rows={rows}
        spellcheck={false}
        aria-describedby={descriptionIds({ p, name, hint })}
        aria-invalid={problem ? "true" : undefined}
        autofocus={problem ? Object.keys(p.problems)[0] === name : undefined}
      >
        {p.values.get(name) ?? value}
      </textarea>
      <FieldDescription p={p} name={name} hint={hint} />
    </div>
  );
}
