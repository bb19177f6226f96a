// What the pages do better with a script than without. Nothing here is needed: every form works by itself.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const EYE =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true"><path d="M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7Z"/><circle cx="12" cy="12" r="3"/></svg>';

// A password can be looked at, for as long as it is being typed.
for (const input of all("input[data-show]")) {
  const { show, weak, good } = input.dataset;
  const button = make("button", { type: "button", innerHTML: EYE, ariaLabel: show });
  const set = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.ariaPressed = String(isShown);
  };
  const box = make("div", { className: "secret" });
  const hadFocus = document.activeElement === input;
  input.replaceWith(box);
  box.append(input, button);
  if (hadFocus || (input.autofocus && document.activeElement === document.body)) input.focus();
  set(false);
  button.addEventListener("click", () => set(input.type === "password"));
  input.form.addEventListener("submit", () => set(false));
  // Length is what counts; nothing else is looked at.
  const hint = document.getElementById(`${input.id}-hint`);
  if (!weak || !hint) continue;
  const advice = hint.textContent;
  hint.setAttribute("aria-live", "polite");
  input.addEventListener("input", () => {
    const length = [...input.value].length;
    const text = length >= 15 ? good : length >= 8 ? weak : advice;
    if (hint.textContent !== text) hint.textContent = text;
  });
}

// A code keeps its digits, however it was copied.
for (const input of all("input.code")) {
  input.addEventListener("input", () => {
    const code = input.value.replace(/[\s-]/g, "");
    if (code !== input.value) input.value = code;
  });
}

// The seconds until another code may be sent.
for (const button of all("button[data-wait]")) {
  const label = button.textContent;
  const end = Date.now() + Number(button.dataset.wait) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.waiting.replace("{s}", left) : label;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}

// Instants in the reader's own time.
for (const time of all("time[data-moment]")) {
  const style = { dateStyle: "medium", timeStyle: "short" };
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(
    new Date(time.dateTime),
  );
}

// What cannot be taken back is asked once more.
function ask(form, submitter) {
  const yes = make("button", { className: "bad", value: "yes", textContent: submitter.textContent });
  const no = make("button", { value: "", textContent: form.dataset.cancel });
  const words = make("p", { id: "confirm-words", textContent: form.dataset.confirm });
  const answer = make("form", { method: "dialog" }, words, make("div", {}, no, yes));
  const dialog = make("dialog", {}, answer);
  dialog.setAttribute("aria-labelledby", words.id);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return submitter.focus();
    delete form.dataset.confirm;
    form.requestSubmit(submitter);
  });
  document.body.append(dialog);
  dialog.showModal();
}

// A score is asked for whenever the form is sent, since it is good once and does not live long. Without one the
// service says what is missing: a form that is never sent would say nothing.
async function score(form, { key, for: action }) {
  const { grecaptcha } = globalThis;
  const token = form.elements.captchaToken;
  const asked = async () => {
    await new Promise((done) => grecaptcha.ready(done));
    return grecaptcha.execute(key, { action });
  };
  const late = new Promise((done) => setTimeout(done, 10_000, ""));
  try {
    token.value = await Promise.race([asked(), late]);
  } catch {
    token.value = "";
  }
  // Not before the first try is over: a form is not sent while it is being sent (HTML, "requestSubmit").
  setTimeout(() => {
    delete form.dataset.sent;
    form.dataset.scored = "yes";
    form.requestSubmit();
    delete form.dataset.scored;
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.confirm) {
    event.preventDefault();
    return ask(form, event.submitter);
  }
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  const captcha = form.querySelector('[data-captcha="recaptcha-v3"]');
  if (captcha && !form.dataset.scored) {
    event.preventDefault();
    return score(form, captcha.dataset);
  }
  // After the browser has read which button it was.
  setTimeout(() => {
    for (const button of all("button", form)) button.disabled = true;
  });
});

// Back from the next page, as it was left: it may be sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of all("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of all("button", form)) button.disabled = false;
  }
});

addEventListener("load", () => {
  if (globalThis.turnstile || globalThis.grecaptcha) return;
  for (const message of all("[data-captcha-missing]")) message.hidden = false;
});
