/** A file that was dropped, with its path relative to the folder that it is uploaded to. */
export interface IDroppedFile {
  readonly path: string;
  readonly file: File;
}

/** What was dropped: the files, and all folders, each after the one that it is in. */
export interface IDropped {
  readonly files: readonly IDroppedFile[];
  readonly folders: readonly string[];
  /** The paths of what the browser could not read. */
  readonly unreadable: readonly string[];
}

/** Whether a drag has files of the user's computer. */
export function hasFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}

/**
 * Return what was dropped, with everything in folders.
 *
 * The browser empties `data` when the event's listeners have returned, so the first step is made at once.
 */
export function readDropped(data: DataTransfer): Promise<IDropped> {
  const entries: FileSystemEntry[] = [];
  const files: IDroppedFile[] = [];
  for (const item of [...data.items].filter(({ kind }) => kind === 'file')) {
    const entry = item.webkitGetAsEntry();
    const file = entry === null ? item.getAsFile() : null;
    if (entry !== null) {
      entries.push(entry);
    } else if (file !== null) {
      files.push({ path: file.name, file });
    }
  }
  return walk(entries, files);
}

async function walk(entries: FileSystemEntry[], files: IDroppedFile[]): Promise<IDropped> {
  const folders: string[] = [];
  const unreadable: string[] = [];
  const waiting = entries.map(entry => ({ entry, path: entry.name }));
  // The list grows while it is read.
  for (const { entry, path } of waiting) {
    try {
      if (entry.isDirectory) {
        folders.push(path);
        for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) {
          waiting.push({ entry: child, path: `${path}/${child.name}` });
        }
      } else {
        files.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
      }
    } catch {
      unreadable.push(path);
    }
  }
  return { files, folders, unreadable };
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // Chromium returns at most 100 at once.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return children;
    }
    children.push(...some);
  }
}
