import { curlOf } from "./curl.ts";
import type { OpenApi, Operation, Parameter, Response } from "./document.ts";
import { resolve, type Schema } from "./document.ts";
import { exampleOf } from "./example.ts";
import { Fields, rowsOf } from "./fields.tsx";
import { Frame } from "./frame.tsx";
import { OperationLink } from "./overview.tsx";
import { Line, Prose } from "./prose.tsx";
import { isTryable, TryIt } from "./try-it.tsx";

type Props = { readonly document: OpenApi; readonly operation: Operation };

/** All about one operation: what it takes, what it answers, and a form to try it. */
export const OperationPage = ({ document, operation, others }: Props & { others: readonly Operation[] }) => (
  <Frame title={operation.summary.replaceAll("`", "")} hasScript={isTryable(operation)}>
    <p class="back">
      <a href="/docs">← {operation.tags[0]}</a>
    </p>
    <h1>
      <Line text={operation.summary} />
    </h1>
    <p>
      <span class="verb">{operation.method}</span> <code>{operation.path}</code>
    </p>
    {operation.description && <Prose text={operation.description} />}
    <p class="faint">{accessOf(operation)}</p>
    <Request document={document} operation={operation} />
    {isTryable(operation) && <TryIt document={document} operation={operation} />}
    {operation.responses
      .filter(({ status }) => status < 400)
      .map((response) => (
        <Success document={document} response={response} />
      ))}
    <Failures responses={operation.responses.filter(({ status }) => status >= 400)} />
    {others.length > 0 && (
      <section class="card">
        <h2>Also in this chapter</h2>
        <ul class="operations">
          {others.map((other) => (
            <li>
              <OperationLink {...other} />
            </li>
          ))}
        </ul>
      </section>
    )}
  </Frame>
);

const accessOf = ({ security, method }: Operation): string => {
  if (security.length === 0) return "For everybody: it needs no session.";
  const write = method === "GET" ? "" : "; with cookies, the header X-CSRF-Token too";
  return `Needs a session: an access token as a bearer, or in a cookie${write}.`;
};

function Request({ document, operation }: Props) {
  const { parameters, requestBody } = operation;
  const content = Object.entries(requestBody?.content ?? {});
  const json = requestBody?.content["application/json"]?.schema;
  return (
    <section class="card">
      <h2>Request</h2>
      {parameters.length > 0 && <Fields rows={parameters.map(rowOf)} />}
      {json && <Fields rows={rowsOf(document, json)} />}
      {!json && content.length > 0 && <p>The body: {content.map(([type]) => type).join(", ")}.</p>}
      <pre>
        <code>{curlOf(document, operation)}</code>
      </pre>
    </section>
  );
}

const rowOf = ({ name, in: place, required = false, schema, description }: Parameter) => ({
  name,
  isRequired: required,
  schema: {
    ...schema,
    description: [`In the ${place}.`, description ?? schema.description].filter(Boolean).join(" "),
  },
});

function Success({ document, response }: { document: OpenApi; response: Response & { status: number } }) {
  const { status, description, content = {}, headers = {} } = response;
  const json = content["application/json"]?.schema;
  const types = Object.keys(content).filter((type) => type !== "application/json");
  return (
    <section class="card">
      <h2>
        <span class="verb">{status}</span> {description}
      </h2>
      {types.length > 0 && <p>The body: {types.join(", ")}.</p>}
      {json && shapesOf(document, json).map((schema) => <Shape document={document} schema={schema} />)}
      <Headers headers={headers as HeaderTable} />
    </section>
  );
}

/** Each of what it may be, down to the data of an envelope. */
function shapesOf(document: OpenApi, given: Schema): Schema[] {
  const schema = resolve<Schema>(document, given);
  if (schema.anyOf) return schema.anyOf.flatMap((one) => shapesOf(document, one));
  const data = schema.properties?.data;
  const { anyOf } = data ? resolve<Schema>(document, data) : {};
  if (!anyOf) return [schema];
  return anyOf.map((one) => ({ ...schema, properties: { ...schema.properties, data: one } }));
}

const Shape = ({ document, schema }: { document: OpenApi; schema: Schema }) => (
  <>
    <pre>
      <code>{JSON.stringify(exampleOf(document, schema, false), null, 2)}</code>
    </pre>
    {schema.properties?.data && <Fields rows={rowsOf(document, schema.properties.data)} />}
  </>
);

type HeaderTable = Readonly<Record<string, { readonly description: string; readonly required?: boolean }>>;

const Headers = ({ headers }: { headers: HeaderTable }) => (
  <details>
    <summary>Headers</summary>
    <dl class="fields">
      {Object.entries(headers).map(([name, { description, required }]) => (
        <div>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            {!required && <span class="faint">optional</span>}
            <Prose text={description} />
          </dd>
        </div>
      ))}
    </dl>
  </details>
);

const Failures = ({ responses }: { responses: readonly (Response & { status: number })[] }) => (
  <section class="card">
    <h2>Failures</h2>
    <dl class="fields">
      {responses.map(({ status, description }) => (
        <div>
          <dt>
            <span class="verb">{status}</span>
          </dt>
          <dd>
            <Prose text={description} />
          </dd>
        </div>
      ))}
    </dl>
  </section>
);
