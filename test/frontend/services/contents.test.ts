import { ContentsAPI } from '../../../src/services/contents';
import { JupyterRequests } from '../../../src/services/jupyterrequests';

const BASE = 'http://server/user/ann/';

let requests: string[];
let answer: { status: number; body: unknown } | null;
let jupyter: JupyterRequests;
let contents: ContentsAPI;

beforeEach(() => {
  requests = [];
  answer = { status: 200, body: { name: 'a', type: 'file', content: null } };
  const send = (url: string, { method, body }: RequestInit): Promise<Response> => {
    requests.push([method!, url.replace(BASE, ''), body as string].filter(Boolean).join(' '));
    if (answer === null) {
      return Promise.reject(new TypeError('Failed to fetch'));
    }
    const { status, body: content } = answer;
    return Promise.resolve({ ok: status < 400, status, json: () => Promise.resolve(content) } as Response);
  };
  jupyter = new JupyterRequests(BASE, send);
  contents = new ContentsAPI(jupyter);
});

it('reads and writes files, whatever their names are', async () => {
  await contents.get('', { type: 'directory', content: true });
  await contents.get('a b/%41 #?&.txt', { content: false });
  await contents.save("ü/'$(x)`", { type: 'file', format: 'base64', content: 'eA==', chunk: -1 });
  await contents.rename('a/b.part-x', 'a/b');
  answer = { status: 204, body: undefined };
  await contents.delete('a/b');
  expect(requests).toEqual([
    'GET api/contents/?content=1&type=directory',
    'GET api/contents/a%20b/%2541%20%23%3F%26.txt?content=0',
    `PUT api/contents/%C3%BC/'%24(x)%60 {"type":"file","format":"base64","content":"eA==","chunk":-1}`,
    'PATCH api/contents/a/b.part-x {"path":"a/b"}',
    'DELETE api/contents/a/b'
  ]);
});

it('rejects with what the server says, or that it says nothing', async () => {
  const message = 'x [Errno 28] No space left on device';
  answer = { status: 500, body: { message, reason: null } };
  await expect(contents.delete('a')).rejects.toMatchObject({ status: 500, message });
  answer = { status: 403, body: { message: "'_xsrf' argument missing from POST", reason: null } };
  await expect(contents.delete('a')).rejects.toMatchObject({ status: 403, code: 'xsrf-token-refused' });
  answer = null;
  await expect(contents.delete('a')).rejects.toMatchObject({ status: 0 });
});

it('asks what the user may do', async () => {
  answer = { status: 200, body: { identity: {}, permissions: { contents: ['read'] } } };
  expect(await jupyter.permissions({ contents: ['read', 'write'] })).toEqual({ contents: ['read'] });
  expect(requests).toEqual([`GET api/me?permissions=${encodeURIComponent('{"contents":["read","write"]}')}`]);
});
