/** Removes comments and collapses white space: every page embeds the style sheet. */
export const minifyCss = (css: string): string => css.replace(/\/\*.*?\*\/|\s+/gs, " ");
