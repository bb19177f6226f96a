import type { OpenApi, Operation } from "./document.ts";
import { Frame } from "./frame.tsx";
import { Line, Prose } from "./prose.tsx";

/** Every operation by its chapter, one line each. */
export const Overview = ({
  document,
  operations,
}: {
  document: OpenApi;
  operations: readonly Operation[];
}) => (
  <Frame title="API" isTop>
    <h1>API</h1>
    <div class="lead">
      <Prose text={document.info.description} />
    </div>
    {document.tags.map(({ name, description }) => (
      <section class="card">
        <h2>{name}</h2>
        <p class="faint">{description}</p>
        <ul class="operations">
          {operations
            .filter(({ tags }) => tags.includes(name))
            .map((operation) => (
              <li>
                <OperationLink {...operation} />
              </li>
            ))}
        </ul>
      </section>
    ))}
  </Frame>
);

export const OperationLink = ({ operationId, method, path, summary }: Operation) => (
  <a href={`/docs/${operationId}`}>
    <span class="verb">{method}</span> <code>{path}</code>
    <span class="faint">
      <Line text={summary} />
    </span>
  </a>
);
