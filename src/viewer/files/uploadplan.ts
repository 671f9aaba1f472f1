import { ReadOnlyFolder, statusOf } from './contentserrors';
import { folderOf, joined, nameOf } from './paths';
import { persistently } from './persistently';

import type { IContents } from '../../services/contents';
import type { IDropped, IDroppedFile } from './dropped';

/** What happens to a file that exists. */
export type Choice = 'overwrite' | 'skip' | 'cancel';

/** Ask about the file at `path`; `others` more exist that were not asked about. `all`: the answer is for them, too. */
export type Choose = (path: string, others: number) => Promise<{ choice: Choice; all: boolean }>;

/** A file and a folder have the same name, so one can't take the place of the other. */
export class OtherKind extends Error {}

/** A folder of the server: the names in it, each with its type, and whether others can be added. */
interface IListing {
  readonly types: ReadonlyMap<string, string>;
  readonly isWritable: boolean;
}

const NEW_FOLDER: IListing = { types: new Map(), isWritable: true };

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
    const listings = new Map([['', await list(contents, folder)]]);
    const newFolders: string[] = [];
    const failures: { path: string; error: Error }[] = [];
    for (const path of dropped.folders) {
      const parent = listings.get(folderOf(path));
      const type = parent?.types.get(nameOf(path));
      if (type === 'directory') {
        listings.set(path, await list(contents, joined(folder, path)));
      } else if (type !== undefined) {
        failures.push({ path, error: new OtherKind() });
      } else if (parent?.isWritable === false) {
        failures.push({ path, error: new ReadOnlyFolder() });
      } else if (parent !== undefined) {
        newFolders.push(path);
        listings.set(path, NEW_FOLDER);
      }
    }
    const files: IDroppedFile[] = [];
    const existing: IDroppedFile[] = [];
    for (const each of dropped.files) {
      const { path } = each;
      const parent = listings.get(folderOf(path));
      const type = parent?.types.get(nameOf(path));
      if (type === 'directory') {
        failures.push({ path, error: new OtherKind() });
      } else if (parent?.isWritable === false) {
        failures.push({ path, error: new ReadOnlyFolder() });
      } else if (parent !== undefined) {
        files.push(each);
        if (type !== undefined) {
          existing.push(each);
        }
      }
    }
    const skipped = await ask(existing, options.choose);
    if (skipped === null) {
      return null;
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

async function list(contents: IContents, folder: string): Promise<IListing> {
  const model = await persistently(() => contents.get(folder, { type: 'directory', content: true }));
  const types = new Map((model.content as { name: string; type: string }[]).map(({ name, type }) => [name, type]));
  return { types, isWritable: model.writable !== false };
}

/** Make a folder, and those that it is in, if it is missing. */
async function makePath(contents: IContents, folder: string): Promise<void> {
  try {
    await persistently(() => contents.get(folder, { content: false }));
  } catch (error) {
    if (statusOf(error) !== 404 || folder === '') {
      throw error;
    }
    await makePath(contents, folderOf(folder));
    await persistently(() => contents.save(folder, { type: 'directory' }));
  }
}
