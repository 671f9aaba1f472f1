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
