import { detailsOf } from '../../src/details';
import { english } from '../../src/page/english';
import { DesktopSession } from '../../src/session';
import { FakeAPI } from './fakes/api';
import { FakeSocket } from './fakes/socket';

let session: DesktopSession;

beforeEach(() => {
  const api = new FakeAPI();
  api.set({ geometry: '801x602', clients: 2 });
  session = new DesktopSession({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
});

afterEach(() => session.dispose());

it('tells how a desktop is connected', async () => {
  session.attach();
  await new Promise(done => setTimeout(done));
  expect(Object.fromEntries(detailsOf(session, 'extension', english))).toMatchObject({
    Name: 'default',
    Way: 'Server extension, in one hop',
    Backend: 'tigervnc (direct)',
    Session: 'xfce',
    Display: ':1',
    Size: '801 × 602',
    Viewers: '2'
  });
});

it('tells what a page without https lacks, though nothing is known of the desktop', () => {
  // jsdom's pages are not secure.
  const details = Object.fromEntries(detailsOf(session, null, english));
  expect(Object.keys(details)).toEqual(['Name', 'Clipboard', 'H.264', 'All keys']);
  expect(details['H.264']).toContain('https');
});
