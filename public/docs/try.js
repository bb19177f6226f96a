// The form "Try it" of a page of /docs: sends to this very service what was typed, and shows what comes back.
const section = document.querySelector("[data-try]");
const form = section.querySelector("form");
const output = section.querySelector(".answer");
section.hidden = false;

const fieldsOf = (place) => [...form.querySelectorAll(`[data-in=${place}]`)];

function addressOf() {
  const path = fieldsOf("path").reduce(
    (soFar, { name, value }) => soFar.replace(`{${name}}`, encodeURIComponent(value)),
    form.dataset.path,
  );
  const query = fieldsOf("query").filter(({ value }) => value !== "");
  const search = new URLSearchParams(query.map(({ name, value }) => [name, value]));
  return search.size > 0 ? `${path}?${search}` : path;
}

/** A write that cookies vouch for has to show that it is meant; asking for the token costs nothing. */
async function csrfToken() {
  const response = await fetch("/api/auth/csrf-token");
  const { data } = await response.json();
  return data?.csrfToken ?? "";
}

async function headersOf(method) {
  const [token] = fieldsOf("token").map(({ value }) => value.trim());
  const [body] = fieldsOf("body");
  return {
    ...(body ? { "Content-Type": "application/json" } : {}),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(method !== "GET" && !token ? { "X-CSRF-Token": await csrfToken() } : {}),
  };
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(line, ...texts) {
  const heading = Object.assign(document.createElement("p"), { textContent: line });
  const blocks = texts.map((textContent) => {
    const block = document.createElement("pre");
    block.append(Object.assign(document.createElement("code"), { textContent }));
    return block;
  });
  output.replaceChildren(heading, ...blocks);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { method } = form.dataset;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const [body] = fieldsOf("body").map(({ value }) => value);
    const headers = await headersOf(method);
    const begun = performance.now();
    const response = await fetch(addressOf(), { method, headers, body });
    const text = await response.text();
    const milliseconds = Math.round(performance.now() - begun);
    const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`);
    show(`${response.status} in ${milliseconds} ms`, readable(text), lines.join("\n"));
  } catch (error) {
    show(`There was no answer: ${error.message}`);
  } finally {
    button.disabled = false;
  }
});
