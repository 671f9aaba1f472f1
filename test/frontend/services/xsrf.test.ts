import { xsrfToken } from '../../../src/services/xsrf';

it('takes the last of several cookies, whose path is the shortest', () => {
  expect(xsrfToken('a=1; _xsrf=junk; b=2; _xsrf=good')).toBe('good');
});

it('finds nothing in other cookies', () => {
  expect(xsrfToken('x_xsrf=1; a=_xsrf')).toBeUndefined();
});
