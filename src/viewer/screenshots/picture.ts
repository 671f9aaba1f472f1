/** Whether the browser lets pages write pictures to its clipboard: only to secure ones. */
export function mayCopyPictures(): boolean {
  return 'ClipboardItem' in window && Boolean(navigator.clipboard?.write);
}

/** Write a picture to the clipboard; reject if the browser does not allow it. */
export async function copyPicture(png: Blob): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ [png.type]: png })]);
}

/** Save a picture in the browser's folder for downloads, under the desktop's name and the local time. */
export function downloadPicture(png: Blob, desktop: string, now = new Date()): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(png);
  link.download = `${desktop} ${timeInName(now)}.png`;
  link.click();
  // The browser may read it only after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}

const REVOKE_MS = 60 * 1000;

/** Return a time as `2030-01-02 03.04.05`, which any file system takes. */
function timeInName(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60 * 1000);
  return local.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
}
