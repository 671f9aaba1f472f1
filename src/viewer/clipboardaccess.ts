/** The browser's clipboard: reading needs a permission or a click, writing a recent click or key in most browsers. */
export namespace ClipboardAccess {
  /** Return whether the page may read the clipboard without asking; only Chromium can tell. */
  export async function mayRead(): Promise<boolean> {
    if (!canRead() || !document.hasFocus()) {
      return false;
    }
    try {
      const status = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
      return status.state === 'granted';
    } catch {
      return false;
    }
  }

  /** Return whether the browser lets pages read the clipboard at all. */
  export function canRead(): boolean {
    return Boolean(navigator.clipboard?.readText);
  }

  /** Write a text; reject if the browser does not let the page do so now. */
  export async function write(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch (error) {
      if (!writeByCommand(text)) {
        throw error;
      }
    }
  }

  /** Whether the browser has to be told in a click's or key's own event that a text will come: WebKit. */
  export function mustAnnounce(): boolean {
    return navigator.vendor === 'Apple Computer, Inc.' && 'ClipboardItem' in window;
  }

  /** Write a text that is still on its way, in answer to a click or a key; reject if it doesn't come. */
  export function announce(text: Promise<string>): Promise<void> {
    const data = text.then(received => new Blob([received], { type: 'text/plain' }));
    data.catch(() => undefined); // the browser may refuse it before
    return navigator.clipboard.write([new ClipboardItem({ 'text/plain': data })]);
  }

  /** Write a text in answer to a click or a key; works without https, too. */
  function writeByCommand(text: string): boolean {
    let isWritten = false;
    const onCopy = (event: ClipboardEvent) => {
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
      event.stopImmediatePropagation();
      isWritten = true;
    };
    document.addEventListener('copy', onCopy, true);
    try {
      return document.execCommand('copy') && isWritten;
    } catch {
      return false;
    } finally {
      document.removeEventListener('copy', onCopy, true);
    }
  }
}
