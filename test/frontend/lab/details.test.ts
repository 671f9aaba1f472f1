import { detailsOf } from '../../../src/lab/details';
import { english } from '../../../src/page/english';
import { DesktopSession } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/tokens';

let api: FakeAPI;
let session: DesktopSession;

beforeEach(() => {
  api = new FakeAPI();
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
    Viewers: '2',
    Video: '–'
  });
});

it('tells what encodes the picture, and what is not at its best', async () => {
  api.set({ encoder: 'x264 (software), 4:2:0', notes: ['One thing.', 'Another.'] });
  session.attach();
  await new Promise(done => setTimeout(done));
  expect(Object.fromEntries(detailsOf(session, 'extension', english))).toMatchObject({
    Video: 'x264 (software), 4:2:0',
    Notes: 'One thing.\nAnother.'
  });
});

it('does without what an older server does not tell', async () => {
  const older: Partial<Desktop.IModel> = modelOf();
  delete older.encoder;
  delete older.notes;
  api.models.set('default', older as Desktop.IModel);
  session.attach();
  await new Promise(done => setTimeout(done));
  const details = Object.fromEntries(detailsOf(session, 'extension', english));
  expect(details.Video).toBe('–');
  expect(details).not.toHaveProperty('Notes');
});

it('tells what a page without https lacks, though nothing is known of the desktop', () => {
  // jsdom's pages are not secure.
  const details = Object.fromEntries(detailsOf(session, null, english));
  expect(Object.keys(details)).toEqual(['Name', 'Clipboard', 'H.264', 'All keys']);
  expect(details['H.264']).toMatch(/https.*Tight/);
});
