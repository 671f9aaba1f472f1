/** Keysyms of control characters in a text (X11's keysymdef.h). */
const CONTROLS: Record<string, number> = { '\n': 0xff0d, '\t': 0xff09, '\b': 0xff08, '\x1b': 0xff1b };

/** The keysyms that type a text; characters above Latin-1 are their code point plus 0x01000000 (X11's appendix A). */
export function keysymsOf(text: string): number[] {
  const keysyms = [];
  for (const character of text.replace(/\r\n?/g, '\n')) {
    const point = character.codePointAt(0)!;
    const isLatin1 = (point >= 0x20 && point < 0x7f) || (point >= 0xa0 && point <= 0xff);
    const keysym = CONTROLS[character] ?? (isLatin1 ? point : 0x01000000 + point);
    if (point >= 0x20 || character in CONTROLS) {
      keysyms.push(keysym);
    }
  }
  return keysyms;
}
