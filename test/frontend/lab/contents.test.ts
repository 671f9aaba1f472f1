import { ServerConnection } from '@jupyterlab/services';

import { isLocal, LabContents } from '../../../src/lab/files/contents';

import type { Contents } from '@jupyterlab/services';

/** A contents manager whose requests fail with an error. */
function failing(error: Error): LabContents {
  return new LabContents({ delete: () => Promise.reject(error) } as unknown as Contents.IManager);
}

it('has the same errors as the page', async () => {
  const refused = new ServerConnection.ResponseError({ status: 409 } as Response, 'File already exists: a');
  await expect(failing(refused).delete('a')).rejects.toMatchObject({
    name: 'DesktopError',
    status: 409,
    message: 'File already exists: a'
  });
  const lost = new ServerConnection.NetworkError(new TypeError('Failed to fetch'));
  await expect(failing(lost).delete('a')).rejects.toMatchObject({ name: 'DesktopError', status: 0 });
  const other = new Error('Anything else.');
  await expect(failing(other).delete('a')).rejects.toBe(other);
});

it('knows the drives that have the server’s own files', () => {
  const manager = { driveName: (path: string) => path.split(':')[0] } as Contents.IManager;
  expect([':a', 'RTC:a', 'S3:a'].map(path => isLocal(manager, path))).toEqual([true, true, false]);
});

it('believes only the server’s own drive that a folder is read-only', async () => {
  const driveName = (path: string) => path.split(':')[0];
  const get = () => Promise.resolve({ name: 'a', type: 'directory', writable: false });
  const contents = new LabContents({ driveName, get } as unknown as Contents.IManager);
  expect((await contents.get('RTC:a', { content: true })).writable).toBe(false);
  expect((await contents.get('S3:a', { content: true })).writable).toBe(true);
});
