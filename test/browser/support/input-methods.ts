import type { Locator } from "playwright-core";

/** How somebody uses a page. */
export type InputMethod = {
  fill(field: Locator, text: string): Promise<void>;
  press(target: Locator): Promise<void>;
};

/** A mouse to point, and keys to type. */
export const mouse: InputMethod = {
  fill: async (field, text) => {
    await field.click();
    await field.fill(text);
  },
  press: (target) => target.click(),
};

/** Tab, Enter, and what is typed: nothing else. */
export const keyboard: InputMethod = {
  fill: async (field, text) => {
    await tabTo(field);
    await field.page().keyboard.press("ControlOrMeta+a");
    await field.page().keyboard.type(text);
  },
  press: async (target) => {
    await tabTo(target);
    await target.page().keyboard.press("Enter");
  },
};

const MOST_STOPS = 120;

/** Goes from stop to stop as a keyboard does, and sees at each where the focus is. */
async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await target.waitFor();
  if (await target.evaluate((element) => element === document.activeElement)) return;
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press("Tab");
    const { isThere, unseen } = await target.evaluate(lookAtFocus);
    if (unseen !== null) throw new Error(`${page.url()}: nobody can see that the focus is on ${unseen}`);
    if (isThere) return;
  }
  throw new Error(`${page.url()}: no Tab leads to ${target}`);
}

/** Whether the focus is there; and the focused element, if nothing shows that it is (WCAG 2.2, 2.4.7). */
function lookAtFocus(target: Element): { isThere: boolean; unseen: string | null } {
  const { activeElement } = document;
  const isThere = activeElement === target;
  if (activeElement === null || activeElement === document.body) return { isThere, unseen: null };
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(activeElement);
  const box = activeElement.getBoundingClientRect();
  const isMarked = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  const isShown = box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0;
  return { isThere, unseen: isMarked && isShown ? null : activeElement.outerHTML.slice(0, 200) };
}
