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
  const { show, hide, weak, good } = input.dataset;
  const button = make("button", { type: "button", innerHTML: EYE });
  const set = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.setAttribute("aria-label", isShown ? hide : show);
    button.setAttribute("aria-pressed", String(isShown));
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

// A score is asked for when the form is sent, since it does not live long.
async function score(form, { key, for: action }) {
  const { grecaptcha } = globalThis;
  if (grecaptcha) {
    await new Promise((done) => grecaptcha.ready(done));
    form.elements.captchaToken.value = await grecaptcha.execute(key, { action });
  }
  form.requestSubmit();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.confirm) {
    event.preventDefault();
    return ask(form, event.submitter);
  }
  const captcha = form.querySelector('[data-captcha="recaptcha-v3"]');
  if (captcha && !form.elements.captchaToken.value) {
    event.preventDefault();
    // Without one the service says what is missing; not again and again from here.
    captcha.removeAttribute("data-captcha");
    return score(form, captcha.dataset);
  }
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
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
