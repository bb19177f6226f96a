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
    const text = length >= Number(input.dataset.advised) ? good : length >= input.minLength ? weak : advice;
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

// An error disappears when its field changes.
for (const input of all("[aria-invalid]")) {
  const clear = () => {
    input.removeAttribute("aria-invalid");
    document.getElementById(`${input.name}-problem`)?.remove();
  };
  input.addEventListener("input", clear, { once: true });
}

// Removes the spaces and dashes of a copied code. The service reads the rest.
for (const input of all("input.code")) {
  input.addEventListener("input", ({ isComposing }) => {
    const code = input.value.replace(/[\s\p{Pd}\p{Cf}]/gu, "");
    if (code !== input.value && !isComposing) input.value = code;
  });
}

// Shows the chosen photo in a square that the user can move and enlarge, and uploads that square instead of the file.
const PHOTO_SIZE = 512;
for (const input of all("input[data-crop]")) {
  const { crop, zoom, hint } = input.dataset;
  const canvas = make("canvas", { width: PHOTO_SIZE, height: PHOTO_SIZE, tabIndex: 0, ariaLabel: crop });
  canvas.setAttribute("role", "application");
  const range = make("input", { type: "range", min: "1", max: "4", step: "0.05", value: "1" });
  const box = make("div", { className: "crop", hidden: true }, canvas, make("label", {}, zoom, range));
  input.parentElement.append(box);
  document.getElementById(`${input.id}-hint`).textContent = hint;
  let photo = null;
  let center = { x: 0, y: 0 };
  const side = () => Math.min(photo.width, photo.height) / range.value;
  const within = (value, size) => Math.min(Math.max(value, side() / 2), size - side() / 2);
  const draw = () => {
    center = { x: within(center.x, photo.width), y: within(center.y, photo.height) };
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, PHOTO_SIZE, PHOTO_SIZE);
    const corner = [center.x - side() / 2, center.y - side() / 2];
    context.drawImage(photo, ...corner, side(), side(), 0, 0, PHOTO_SIZE, PHOTO_SIZE);
  };
  // `x` and `y` in parts of the visible square.
  const move = (x, y) => {
    center = { x: center.x + x * side(), y: center.y + y * side() };
    draw();
  };
  input.addEventListener("change", async () => {
    box.hidden = true;
    photo = null;
    const [file] = input.files;
    try {
      photo = file ? await createImageBitmap(file) : null;
    } catch {
      // The service answers what is wrong with the file.
    }
    if (photo === null) return;
    range.value = "1";
    center = { x: photo.width / 2, y: photo.height / 2 };
    draw();
    box.hidden = false;
  });
  range.addEventListener("input", draw);
  canvas.addEventListener("pointerdown", ({ pointerId }) => canvas.setPointerCapture(pointerId));
  canvas.addEventListener("pointermove", ({ buttons, movementX, movementY }) => {
    if (buttons) move(-movementX / canvas.clientWidth, -movementY / canvas.clientHeight);
  });
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    move(step[0] / 20, step[1] / 20);
  });
  input.form.addEventListener("formdata", ({ formData }) => {
    if (photo === null) return;
    // JPEG has no transparency.
    const type = input.files[0].type === "image/jpeg" ? "image/jpeg" : "image/png";
    const bytes = Uint8Array.from(atob(canvas.toDataURL(type, 0.9).split(",")[1]), (char) =>
      char.charCodeAt(0),
    );
    formData.set(input.name, new File([bytes], "photo", { type }));
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
    if (!form.dataset.sent) return;
    for (const button of all("button:enabled", form)) {
      button.dataset.waits = "yes";
      button.disabled = true;
    }
    event.submitter?.setAttribute("aria-busy", "true");
  });
  if (!globalThis.navigation) setTimeout(freeForms, 10_000);
});

// Enables the buttons of the forms that were sent.
function freeForms() {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  for (const button of all("button[data-waits]")) {
    delete button.dataset.waits;
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

// The user stopped the request, or its answer is a file: the page stays. A browser without the Navigation API tells
// neither, so that its forms are enabled after a while.
globalThis.navigation?.addEventListener("navigateerror", freeForms);

// The browser restored the page from its back/forward cache.
addEventListener("pageshow", ({ persisted }) => persisted && freeForms());

addEventListener("load", () => {
  if (globalThis.turnstile || globalThis.grecaptcha) return;
  for (const message of all("[data-captcha-missing]")) message.hidden = false;
});
