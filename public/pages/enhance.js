// Improves the pages. Every form works without it.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const EYE =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true"><path d="M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7Z"/><circle cx="12" cy="12" r="3"/></svg>';

// A button shows the password until the form is submitted.
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
  // The advice depends on the length alone (NIST SP 800-63B-4 §3.1.1.2).
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

// A button copies the value. Without the clipboard it selects the value.
for (const input of all("[data-copy]")) {
  const { copy, copied } = input.dataset;
  const button = make("button", { type: "button", textContent: copy });
  const status = make("p", { className: "hint", role: "status" });
  input.after(button, status);
  input.addEventListener("focus", () => input.select());
  button.addEventListener("click", async () => {
    input.select();
    await navigator.clipboard?.writeText(input.value);
    status.textContent = navigator.clipboard ? copied : "";
  });
}

// Removes the spaces and dashes of a copied code.
for (const input of all("input.code")) {
  input.addEventListener("input", () => {
    const code = input.value.replace(/[\s-]/g, "");
    if (code !== input.value) input.value = code;
  });
}

// Counts down the seconds until another code may be requested.
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

// Shows times in the user's time zone.
for (const time of all("time[data-moment]")) {
  const style = { dateStyle: "medium", timeStyle: "short" };
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(
    new Date(time.dateTime),
  );
}

// Asks for confirmation before an action that cannot be undone.
function confirmSubmit(form, submitter) {
  const yes = make("button", { className: "bad", value: "yes", textContent: submitter.textContent });
  const no = make("button", { value: "", textContent: form.dataset.cancel });
  const question = make("p", { id: "confirm-question", textContent: form.dataset.confirm });
  const dialogForm = make("form", { method: "dialog" }, question, make("div", {}, no, yes));
  const dialog = make("dialog", {}, dialogForm);
  dialog.setAttribute("aria-labelledby", question.id);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return submitter.focus();
    delete form.dataset.confirm;
    form.requestSubmit(submitter);
  });
  document.body.append(dialog);
  dialog.showModal();
}

// reCAPTCHA v3: requests a token for each submit, since a token is valid once and for two minutes. Without a token
// the form is submitted all the same, and the service answers with an error.
async function addCaptchaToken(form, { key, for: action }) {
  const { grecaptcha } = globalThis;
  const token = form.elements.captchaToken;
  const requestToken = async () => {
    await new Promise((done) => grecaptcha.ready(done));
    return grecaptcha.execute(key, { action });
  };
  const timeout = new Promise((done) => setTimeout(done, 10_000, ""));
  try {
    token.value = await Promise.race([requestToken(), timeout]);
  } catch {
    token.value = "";
  }
  // In a new task: HTML ignores `requestSubmit` while the form's submit event is being handled.
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
    return confirmSubmit(form, event.submitter);
  }
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  const captcha = form.querySelector('[data-captcha="recaptcha-v3"]');
  if (captcha && !form.dataset.scored) {
    event.preventDefault();
    return addCaptchaToken(form, captcha.dataset);
  }
  // In a new task: the browser first reads which button submitted the form.
  setTimeout(() => {
    for (const button of all("button", form)) button.disabled = true;
  });
});

// The browser restored the page from its back/forward cache: enables the forms again.
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
