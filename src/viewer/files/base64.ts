/** The browser can't read a file: it was changed or removed, or is a folder. */
export class UnreadableFile extends Error {}

/** Return the bytes of a file, or of a part of one, in base64. */
export function readBase64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).split(',')[1] ?? '');
    reader.onerror = () => reject(new UnreadableFile());
    reader.readAsDataURL(blob);
  });
}
