/** The modifiers whose state a key event carries, besides Ctrl, Shift, Alt and Meta. */
const LOCKS = ['AltGraph', 'CapsLock', 'NumLock', 'ScrollLock'] as const;

/** Return whether this is a Mac, iPhone or iPad, as noVNC tells them. */
export function isMac(): boolean {
  return /mac|iphone|ipad|ipod/i.test(navigator.platform);
}

/** Return a copy of a key event, with some members changed, that does not bubble. */
export function copyKey(event: KeyboardEvent, changes: KeyboardEventInit = {}): KeyboardEvent {
  const init: KeyboardEventInit = {
    key: event.key,
    code: event.code,
    location: event.location,
    repeat: event.repeat,
    ctrlKey: event.ctrlKey,
    shiftKey: event.shiftKey,
    altKey: event.altKey,
    metaKey: event.metaKey,
    keyCode: event.keyCode,
    cancelable: true
  };
  for (const lock of LOCKS) {
    init[`modifier${lock}`] = event.getModifierState(lock);
  }
  return new KeyboardEvent(event.type, { ...init, ...changes });
}

/** Return the release of a key that was pressed. */
export function releaseOf({ key, code, location }: KeyboardEvent): KeyboardEvent {
  return new KeyboardEvent('keyup', { key, code, location, cancelable: true });
}

/** Keep an event from the browser and the page. */
export function consume(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

/** Return whether a key event belongs to an input method, so that its text comes as input. */
export function isComposed(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || ['Dead', 'Process'].includes(event.key);
}

/** Return whether a key press has Ctrl, or Cmd on a Mac, and a letter: the character, whatever the layout. */
export function isShortcut(event: KeyboardEvent, letter: string): boolean {
  const modifier = isMac() ? event.metaKey || event.ctrlKey : event.ctrlKey;
  if (!modifier || event.altKey || event.getModifierState('AltGraph')) {
    return false;
  }
  // Layouts without Latin letters have the shortcuts where a US keyboard has them.
  const isLatin = /^[a-z]$/i.test(event.key);
  return isLatin ? event.key.toLowerCase() === letter : event.code === `Key${letter.toUpperCase()}`;
}

/** Return whether a key press makes the browser paste: Ctrl+V, Cmd+V or Shift+Insert. */
export function isPaste(event: KeyboardEvent): boolean {
  return isShortcut(event, 'v') || (event.key === 'Insert' && event.shiftKey && !event.ctrlKey && !event.altKey);
}

/** Return whether a key press is Ctrl+Alt+Shift and a letter, for the panel itself. */
export function isChord(event: KeyboardEvent, letter: string): boolean {
  return event.ctrlKey && event.altKey && event.shiftKey && event.code === `Key${letter.toUpperCase()}`;
}
