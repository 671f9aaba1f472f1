import type { Desktop } from '../model';

/** What a clipboard holds; a text or HTML that is missing is empty. */
export interface IContents {
  readonly text: string;
  readonly html: string;
  /** A PNG. */
  readonly picture: Blob | null;
}

export const TEXT = 'text/plain';
export const HTML = 'text/html';
export const PNG = 'image/png';

/** Contents in several forms. */
export namespace Contents {
  export function ofText(text: string): IContents {
    return { text, html: '', picture: null };
  }

  /** Return the contents of a paste event, which are there only until its listeners return. */
  export function ofPaste(data: DataTransfer): IContents {
    const items = Array.from(data.items ?? []);
    const picture = items.find(({ kind, type }) => kind === 'file' && type === PNG)?.getAsFile() ?? null;
    return { text: data.getData(TEXT), html: data.getData(HTML), picture };
  }

  /** Read the browser's clipboard; rejects if the browser does not let the page read it. */
  export async function read(): Promise<IContents> {
    if (!navigator.clipboard.read) {
      return ofText(await navigator.clipboard.readText());
    }
    const items = await navigator.clipboard.read();
    const get = async (type: string) => items.find(({ types }) => types.includes(type))?.getType(type) ?? null;
    const [text, html, picture] = await Promise.all([get(TEXT), get(HTML), get(PNG)]);
    return { text: (await text?.text()) ?? '', html: (await html?.text()) ?? '', picture };
  }

  /** Whether the browser lets pages write other forms than text. */
  export function canWrite(): boolean {
    return typeof ClipboardItem !== 'undefined' && Boolean(navigator.clipboard?.write);
  }

  /**
   * Write contents that come later in these types. The browser has to be asked now: some let a page write only in answer
   * to a key or click. It makes HTML harmless, and a PNG anew.
   */
  export async function write(types: readonly string[], contents: Promise<IContents>): Promise<void> {
    const forms = types.map(type => [type, contents.then(each => blobOf(each, type))] as const);
    for (const [, form] of forms) {
      form.catch(() => undefined); // `write` rejects, too
    }
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(forms))]);
  }

  export function isEmpty({ text, html, picture }: IContents): boolean {
    return text === '' && html === '' && picture === null;
  }

  /** The length in bytes, texts as UTF-8. */
  export function sizeOf({ text, html, picture }: IContents): number {
    return new Blob([text, html]).size + (picture?.size ?? 0);
  }

  export async function toModel({ text, html, picture }: IContents): Promise<Desktop.IClipboard> {
    return {
      ...(text !== '' && { [TEXT]: text }),
      ...(html !== '' && { [HTML]: html }),
      ...(picture !== null && { [PNG]: await base64(picture) })
    };
  }

  export function fromModel(model: Desktop.IClipboard): IContents {
    const encoded = model[PNG];
    const bytes = encoded === undefined ? null : Uint8Array.from(atob(encoded), character => character.charCodeAt(0));
    return {
      text: model[TEXT] ?? '',
      html: model[HTML] ?? '',
      picture: bytes && new Blob([bytes], { type: PNG })
    };
  }

  /** Return a value by which pictures with the same pixels are told: browsers make a PNG anew when they copy it. */
  export async function fingerprint(picture: Blob): Promise<string> {
    const bitmap = await createImageBitmap(picture);
    const { width, height } = bitmap;
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    // FNV-1a, with pixels in the place of bytes.
    const hash = pixels.reduce((before, pixel) => Math.imul(before ^ pixel, 0x01000193), 0x811c9dc5);
    return `${width}x${height} ${hash}`;
  }
}

function blobOf(contents: IContents, type: string): Blob {
  if (type === PNG) {
    if (contents.picture === null) {
      throw new Error('The picture has not come.');
    }
    return contents.picture;
  }
  return new Blob([type === HTML ? contents.html : contents.text], { type });
}

async function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).split(',')[1]);
    reader.onerror = () => reject(reader.error ?? new Error('The picture cannot be read.'));
    reader.readAsDataURL(blob);
  });
}
