import { xsrfError } from '../../../../src/services/errors';
import { contentsErrorText, ReadOnlyFolder } from '../../../../src/viewer/files/contentserrors';
import { hasFiles, readDropped } from '../../../../src/viewer/files/dropped';
import { folderOf, joined, nameOf } from '../../../../src/viewer/files/paths';
import { Upload } from '../../../../src/viewer/files/upload';
import { FakeContents, responseError, unreachable } from '../../fakes/contents';
import { english as trans } from '../../fakes/translation';

import type { IDropped } from '../../../../src/viewer/files/dropped';
import type { Choice, Choose } from '../../../../src/viewer/files/uploadplan';

const LARGE = 'x'.repeat(2.5 * 1024 * 1024);

let contents: FakeContents;
let asked: [path: string, others: number][];

beforeEach(() => {
  contents = new FakeContents();
  asked = [];
});

const discard = (path: string) => contents.delete(path);

function dropped(files: Record<string, string>, folders: string[] = []): IDropped {
  const list = Object.entries(files).map(([path, text]) => ({ path, file: new File([text], path) }));
  return { files: list, folders, unreadable: [] };
}

function answer(...answers: [choice: Choice, all?: boolean][]): Choose {
  return (path, others) => {
    asked.push([path, others]);
    const [choice, all = false] = answers.shift()!;
    return Promise.resolve({ choice, all });
  };
}

async function upload(what: IDropped, folder = '', choose = answer()): Promise<Upload> {
  const made = new Upload({ contents, folder, dropped: what, choose, discard });
  await made.run();
  return made;
}

function put(files: Record<string, string | null>): void {
  Object.entries(files).forEach(([path, text]) => contents.tree.set(path, text === null ? null : Buffer.from(text)));
}

it('writes a small file in one request, and makes the folders', async () => {
  const made = await upload(dropped({ 'a b.txt': 'A', 'in/ü.txt': 'Ü' }, ['in', 'in/empty']), 'up/loads');
  expect(contents.files).toEqual({ 'up/loads/a b.txt': 'A', 'up/loads/in/ü.txt': 'Ü' });
  expect(contents.tree.get('up/loads/in/empty')).toBeNull();
  expect([made.uploaded, made.failures, made.done]).toEqual([2, [], made.total]);
  expect(contents.requests.filter(each => each === 'save up/loads/a b.txt')).toHaveLength(1);
});

it('asks about files that exist, and about no others', async () => {
  put({ d: null, 'd/1': 'old', 'd/2': 'old', 'd/3': 'old' });
  const what = dropped({ 'd/1': 'new', 'd/2': 'new', 'd/3': 'new', 'd/4': 'new', 'new/1': 'new' }, ['d', 'new']);
  const made = await upload(what, '', answer(['skip'], ['overwrite', true]));
  expect(asked).toEqual([
    ['d/1', 2],
    ['d/2', 1]
  ]);
  expect(contents.files).toEqual({ 'd/1': 'old', 'd/2': 'new', 'd/3': 'new', 'd/4': 'new', 'new/1': 'new' });
  expect(made.uploaded).toBe(4);
  asked = [];
  const cancelled = await upload(dropped({ fresh: '', 'd/1': '' }, ['d']), '', answer(['cancel']));
  expect([cancelled.isCancelled, contents.tree.has('fresh')]).toEqual([true, false]);
});

it('never puts a file in the place of a folder, or a folder in that of a file', async () => {
  put({ folder: null, file: 'old' });
  const made = await upload(dropped({ folder: 'new', 'file/in/1': 'new', other: 'new' }, ['file', 'file/in']));
  expect(contents.files).toEqual({ file: 'old', other: 'new' });
  expect(made.failures.map(({ path }) => path).sort()).toEqual(['file', 'folder']);
});

it('sends a large file in chunks under another name, and then renames it', async () => {
  await upload(dropped({ large: LARGE }));
  expect(contents.files).toEqual({ large: LARGE });
  const sent = contents.requests.filter(each => !each.startsWith('get'));
  expect(sent).toEqual(['save large.part 1', 'save large.part 2', 'save large.part -1', 'rename large.part large']);
});

it('keeps the old file until the new one is complete', async () => {
  put({ large: 'old' });
  contents.before = request => {
    expect(request.startsWith('delete large') || contents.files.large === 'old' || /^rename/.test(request)).toBe(true);
  };
  await upload(dropped({ large: LARGE }), '', answer(['overwrite']));
  expect(contents.files).toEqual({ large: LARGE });
});

it.each(['before', 'after'] as const)('goes on with a chunk whose request failed %s it was handled', async moment => {
  let isCut = false;
  contents[moment] = request => {
    if (request === 'save large.part 2' && !isCut) {
      isCut = true;
      throw unreachable();
    }
  };
  const made = await upload(dropped({ large: LARGE }));
  expect([isCut, made.failures]).toEqual([true, []]);
  expect(contents.files.large).toHaveLength(LARGE.length);
});

it('stops when the disk is full, and removes what is incomplete', async () => {
  const full = () => responseError(500, 'Unexpected error while saving file: large [Errno 28] No space left on device');
  contents.before = request => {
    if (request === 'save large.part -1') {
      throw full();
    }
  };
  const small = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}`, '.'.repeat(1024)]));
  const made = await upload(dropped({ large: LARGE, ...small }));
  expect(made.failures).toEqual([{ path: 'large', error: full() }]);
  expect(contents.tree.has('large')).toBe(false);
  expect(Object.keys(contents.files).filter(path => path.startsWith('large'))).toEqual([]);
});

it('removes a small file that the server has begun to write', async () => {
  contents.after = request => {
    if (request === 'save small') {
      throw responseError(500, 'Unexpected error while saving file: small [Errno 28] No space left on device');
    }
  };
  const made = await upload(dropped({ small: 'x' }));
  expect([contents.files, made.failures.length, made.done]).toEqual([{}, 1, 0]);
});

it('writes a small file aside if it replaces another', async () => {
  put({ small: 'old' });
  contents.before = request => {
    if (request.startsWith('save small.part')) {
      throw responseError(500, '[Errno 28] No space left on device');
    }
  };
  await upload(dropped({ small: 'new' }), '', answer(['overwrite']));
  expect(contents.files).toEqual({ small: 'old' });
});

it('gives a small file aside a name that the server does not list, since it soon gets another', async () => {
  put({ small: 'old' });
  await upload(dropped({ small: 'new' }), '', answer(['overwrite']));
  expect(contents.requests).toContain('rename small.part~ small');
  expect(contents.files).toEqual({ small: 'new' });
});

it('leaves nothing incomplete when it is cancelled', async () => {
  const made = new Upload({ contents, folder: '', dropped: dropped({ large: LARGE }), choose: answer(), discard });
  contents.before = request => {
    if (request === 'save large.part 2') {
      made.cancel();
    }
  };
  await made.run();
  expect([contents.files, made.failures, made.uploaded, made.done]).toEqual([{}, [], 0, 0]);
});

it('does not accept a file that arrived with another size', async () => {
  contents.after = request => {
    if (request === 'save large.part 2') {
      const [path] = Object.keys(contents.files);
      contents.tree.set(path, Buffer.from('short'));
    }
  };
  const made = await upload(dropped({ large: LARGE }));
  expect(made.failures).toHaveLength(1);
  expect(contents.files).toEqual({});
});

it('does not try files in a folder that could not be made', async () => {
  contents.before = request => {
    if (request === 'save .git') {
      throw responseError(400, 'Cannot create directory .git');
    }
  };
  const made = await upload(dropped({ '.git/objects/1': '', '.git/HEAD': '', a: '' }, ['.git', '.git/objects']));
  expect(made.failures.map(({ path }) => path)).toEqual(['.git']);
  expect(contents.files).toEqual({ a: '' });
});

it('sends nothing to folders that can not be written to, and the rest', async () => {
  put({ locked: null, 'locked/old': 'old', 'locked/open': null });
  contents.readOnly.add('locked');
  const folders = ['locked', 'locked/open', 'locked/new', 'locked/new/deep'];
  const what = dropped(
    { 'locked/old': 'new', 'locked/open/1': '1', 'locked/new/2': '2', 'locked/new/deep/3': '3' },
    folders
  );
  const made = await upload(what);
  expect(contents.files).toEqual({ 'locked/old': 'old', 'locked/open/1': '1' });
  expect(made.failures).toEqual(['locked/new', 'locked/old'].map(path => ({ path, error: new ReadOnlyFolder() })));
  expect(asked).toEqual([]);
});

it('says in words why a request failed', () => {
  const text = (status: number, message: string) => contentsErrorText(responseError(status, message), trans);
  expect(text(500, 'x [Errno 28] No space left on device')).toBe('There is no space left on the server’s disk.');
  expect(text(500, 'x [Errno 122] Disk quota exceeded')).toBe('There is no space left on the server’s disk.');
  expect(text(500, "Unexpected error while saving file: a [Errno 2] No such file or directory: '/.~a' -> '/a'")).toBe(
    'The server could not write the file. Perhaps its disk is full.'
  );
  expect(text(500, 'x [Errno 30] Read-only file system')).toBe('The folder is read-only.');
  expect(text(403, 'Permission denied: x')).toBe('There is no permission to write there.');
  expect(text(413, '')).toMatch(/does not accept files of this size/);
  expect(text(400, 'What the server says.')).toBe('What the server says.');
  expect(contentsErrorText(unreachable(), trans)).toBe('The Jupyter server does not respond.');
  expect(contentsErrorText(new ReadOnlyFolder(), trans)).toBe('The folder is read-only.');
  expect(contentsErrorText(xsrfError(), trans)).toBe('The Jupyter server refused the XSRF token of this page.');
  expect(contentsErrorText(new Error('Anything else.'), trans)).toBe('Anything else.');
});

it('takes paths apart', () => {
  expect(['a', 'b/a', 'c/b/a'].map(folderOf)).toEqual(['', 'b', 'c/b']);
  expect(['a', 'b/a', 'c/b/a'].map(nameOf)).toEqual(['a', 'a', 'a']);
});

it('joins folders with drives', () => {
  expect([joined('', 'a'), joined('b', 'a'), joined('RTC:', 'a'), joined('RTC:b', 'a')]).toEqual([
    'a',
    'b/a',
    'RTC:a',
    'RTC:b/a'
  ]);
});

/** A folder as browsers give it, which returns its entries in two portions. */
function folderEntry(name: string, children: object[]): object {
  const portions = [children.slice(0, 1), children.slice(1), []];
  const readEntries = (resolve: (some: object[]) => void) => resolve(portions.shift() ?? []);
  return { name, isDirectory: true, createReader: () => ({ readEntries }) };
}

function fileEntry(name: string, isReadable = true): object {
  const file = (resolve: (file: File) => void, reject: (error: Error) => void) =>
    isReadable ? resolve(new File(['x'], name)) : reject(new Error('gone'));
  return { name, isDirectory: false, file };
}

it('reads folders that were dropped, with all that is in them', async () => {
  const inner = folderEntry('in', [fileEntry('3')]);
  const entries = [folderEntry('d', [fileEntry('1'), fileEntry('2', false), inner]), fileEntry('4')];
  const items = [...entries.map(entry => ({ kind: 'file', webkitGetAsEntry: () => entry })), { kind: 'string' }];
  const data = { items, types: ['Files'] } as unknown as DataTransfer;
  expect(hasFiles(data)).toBe(true);
  const { files, folders, unreadable } = await readDropped(data);
  expect(files.map(({ path }) => path).sort()).toEqual(['4', 'd/1', 'd/in/3']);
  expect([folders, unreadable]).toEqual([['d', 'd/in'], ['d/2']]);
});
