/** Open a bar, of which only the handle is visible, with a tap on it; close it with a tap elsewhere. */
export function openByTouch(bar: HTMLElement): void {
  let opens = false;
  document.addEventListener(
    'pointerdown',
    event => {
      if (event.pointerType !== 'mouse') {
        const isInside = bar.contains(event.target as Node);
        opens = isInside && !bar.classList.contains('jp-mod-open');
        bar.classList.toggle('jp-mod-open', isInside);
      }
    },
    true
  );
  bar.addEventListener(
    'click',
    event => {
      if (opens) {
        // The tap has opened it, and isn't for the button that is there now.
        event.stopPropagation();
        opens = false;
      }
    },
    true
  );
}
