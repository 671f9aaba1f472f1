import { XsrfRequests, xsrfTokens } from '../../../src/services/xsrf';

const REFUSAL = '{"message": "XSRF cookie does not match POST argument"}';

/** Answers as a server that believes one token. */
function serverThatBelieves(expected: string | undefined) {
  const tried: (string | undefined)[] = [];
  const send = (_url: string, _init: RequestInit, token?: string): Promise<Response> => {
    tried.push(token);
    const response = (status: number, body: string): Response =>
      ({ status, text: () => Promise.resolve(body), clone: () => response(status, body) }) as Response;
    return Promise.resolve(token === expected ? response(200, '{}') : response(403, REFUSAL));
  };
  return { tried, send };
}

it('takes the last of several cookies first, whose path is the shortest', () => {
  expect(xsrfTokens('a=1; _xsrf=junk; b=2; _xsrf=good; _xsrf=junk')).toEqual(['junk', 'good']);
  expect(xsrfTokens('a=1; _xsrf=junk; b=2; _xsrf=good')).toEqual(['good', 'junk']);
});

it('finds nothing in other cookies', () => {
  expect(xsrfTokens('x_xsrf=1; a=_xsrf')).toEqual([]);
});

it('finds the token that the server believes, and tries it first from then on', async () => {
  const { tried, send } = serverThatBelieves('good');
  const requests = new XsrfRequests({ cookies: () => '_xsrf=good; _xsrf=junk', send });
  expect((await requests.send('', {})).status).toBe(200);
  expect((await requests.send('', {})).status).toBe(200);
  expect(tried).toEqual(['junk', 'good', 'good']);
});

it('returns the refusal if the server believes none', async () => {
  const { tried, send } = serverThatBelieves('other');
  const requests = new XsrfRequests({ cookies: () => '_xsrf=a; _xsrf=b', send });
  expect((await requests.send('', {})).status).toBe(403);
  expect(tried).toEqual(['b', 'a']);
});

it('sends a request without a token if there is no cookie', async () => {
  const { tried, send } = serverThatBelieves(undefined);
  expect((await new XsrfRequests({ cookies: () => '', send }).send('', {})).status).toBe(200);
  expect(tried).toEqual([undefined]);
});
