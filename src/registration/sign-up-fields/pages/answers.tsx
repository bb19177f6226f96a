import { fill } from "../../../core/text.ts";
import type { PageProps } from "../../../ui/page.ts";
import { LocalTime } from "../../../ui/relative-time.tsx";
import type { LocalizedText, SignUpField, StoredAnswer } from "../sign-up-field.ts";

export type LabelledAnswer = StoredAnswer & { readonly labels: LocalizedText };

/** The answers in the order of the fields. */
export const labelledAnswers = (
  fields: readonly SignUpField[],
  answers: readonly StoredAnswer[],
): LabelledAnswer[] =>
  fields.flatMap(({ name, label }) =>
    answers.filter(({ field }) => field === name).map((answer) => ({ ...answer, labels: label })),
  );

/** What a user has answered in the custom sign-up fields. */
export const Answers = ({
  p,
  answers,
}: {
  readonly p: PageProps;
  readonly answers: readonly LabelledAnswer[];
}) =>
  answers.length === 0 ? null : (
    <section class="card">
      <h2>{p.t.users.answers}</h2>
      <dl>
        {answers.map(({ labels, value, version, answeredAt }) => (
          <>
            <dt class="faint">{labels[p.locale]}</dt>
            <dd>
              {value === true ? p.t.users.accepted : String(value)}
              <br />
              <span class="faint">
                {version !== null && `${fill(p.t.users.version, { version })} · `}
                <LocalTime p={p} at={answeredAt} />
              </span>
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
