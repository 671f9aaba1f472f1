import { PathExt } from '@jupyterlab/coreutils';

import { joined, persistently, statusOf } from './contents';

import type { IContents } from './contents';
import type { IDropped, IDroppedFile } from './dropped';

/** What happens to a file that exists. */
export type Choice = 'overwrite' | 'skip' | 'cancel';

/** Ask about the file at `path`; `others` more exist that were not asked about. `all`: the answer is for them, too. */
export type Choose = (path: string, others: number) => Promise<{ choice: Choice; all: boolean }>;

/** A file and a folder have the same name, so one can't take the place of the other. */
export class OtherKind extends Error {}

/** The names in a folder of the server, each with its type. */
type Listing = ReadonlyMap<string, string>;

/** What an upload has to do, once the user has said what happens to files that exist. Paths are relative to the folder. */
export class UploadPlan {
  private constructor(
    readonly files: readonly IDroppedFile[],
    /** The folders to make, each after the one that it is in. */
    readonly newFolders: readonly string[],
    /** The paths of the files that replace others. */
    readonly replaced: ReadonlySet<string>,
    readonly failures: readonly { path: string; error: Error }[]
  ) {}

  /** Look what exists, and ask; return null if the user cancels. The folder itself is made if it is missing. */
  static async make(options: UploadPlan.IOptions): Promise<UploadPlan | null> {
    const { contents, folder, dropped } = options;
    await makePath(contents, folder);
    const listings = new Map<string, Listing>([['', await list(contents, folder)]]);
    const newFolders: string[] = [];
    const failures: { path: string; error: Error }[] = [];
    const blocked = new Set<string>();
    for (const path of dropped.folders) {
      const parent = PathExt.dirname(path);
      const type = listings.get(parent)?.get(PathExt.basename(path));
      if (blocked.has(parent)) {
        blocked.add(path);
      } else if (type === undefined) {
        newFolders.push(path);
        listings.set(path, new Map());
      } else if (type === 'directory') {
        listings.set(path, await list(contents, joined(folder, path)));
      } else {
        failures.push({ path, error: new OtherKind() });
        blocked.add(path);
      }
    }
    const files = dropped.files.filter(({ path }) => !blocked.has(PathExt.dirname(path)));
    const typeOf = ({ path }: IDroppedFile) => listings.get(PathExt.dirname(path))?.get(PathExt.basename(path));
    const existing = files.filter(each => typeOf(each) !== undefined && typeOf(each) !== 'directory');
    const skipped = await ask(existing, options.choose);
    if (skipped === null) {
      return null;
    }
    for (const each of files.filter(file => typeOf(file) === 'directory')) {
      failures.push({ path: each.path, error: new OtherKind() });
      skipped.add(each);
    }
    return new UploadPlan(
      files.filter(each => !skipped.has(each)),
      newFolders,
      new Set(existing.map(({ path }) => path)),
      failures
    );
  }
}

export namespace UploadPlan {
  export interface IOptions {
    contents: IContents;
    folder: string;
    dropped: IDropped;
    choose: Choose;
  }
}

/** Ask about each file that exists; return those to skip, or null if the user cancels. */
async function ask(existing: readonly IDroppedFile[], choose: Choose): Promise<Set<IDroppedFile> | null> {
  const skipped = new Set<IDroppedFile>();
  let forAll: Choice | null = null;
  for (const [index, each] of existing.entries()) {
    let choice: Choice | null = forAll;
    if (choice === null) {
      const answer = await choose(each.path, existing.length - index - 1);
      choice = answer.choice;
      forAll = answer.all ? choice : null;
    }
    if (choice === 'cancel') {
      return null;
    }
    if (choice === 'skip') {
      skipped.add(each);
    }
  }
  return skipped;
}

async function list(contents: IContents, folder: string): Promise<Listing> {
  const model = await persistently(() => contents.get(folder, { type: 'directory', content: true }));
  return new Map((model.content as { name: string; type: string }[]).map(({ name, type }) => [name, type]));
}

/** Make a folder, and those that it is in, if it is missing. */
async function makePath(contents: IContents, folder: string): Promise<void> {
  try {
    await persistently(() => contents.get(folder, { content: false }));
  } catch (error) {
    const parent = PathExt.dirname(folder);
    if (statusOf(error) !== 404 || folder === '' || parent === folder) {
      throw error;
    }
    await makePath(contents, parent);
    await persistently(() => contents.save(folder, { type: 'directory' }));
  }
}
