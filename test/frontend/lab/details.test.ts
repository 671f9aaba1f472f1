import { detailsOf } from '../../../src/lab/details';
import { english } from '../fakes/translation';
import { DesktopConnection } from '../../../src/services/connection';
import { FakeAPI, modelOf } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';

import type { Desktop } from '../../../src/model';

let api: FakeAPI;
let connection: DesktopConnection;

beforeEach(() => {
  api = new FakeAPI();
  api.set({ geometry: '801x602', clients: 2 });
  connection = new DesktopConnection({ name: 'default', api, openSocket: url => FakeSocket.open(url) });
});

afterEach(() => connection.dispose());

it('shows how a desktop is connected', async () => {
  connection.attach();
  await new Promise(done => setTimeout(done));
  expect(Object.fromEntries(detailsOf(connection, 'extension', english))).toMatchObject({
    Name: 'default',
    Route: 'Server extension',
    Backend: 'tigervnc (direct)',
    Session: 'xfce',
    Display: ':1',
    Size: '801 × 602',
    Viewers: '2',
    Video: '–'
  });
});

it('shows the encoder and the notes', async () => {
  api.set({ encoder: 'x264 (software), 4:2:0', notes: ['One thing.', 'Another.'] });
  connection.attach();
  await new Promise(done => setTimeout(done));
  expect(Object.fromEntries(detailsOf(connection, 'extension', english))).toMatchObject({
    Video: 'x264 (software), 4:2:0',
    Notes: 'One thing.\nAnother.'
  });
});

it("works without the fields that older servers don't send", async () => {
  const older: Partial<Desktop.IModel> = modelOf();
  delete older.encoder;
  delete older.notes;
  api.models.set('default', older as Desktop.IModel);
  connection.attach();
  await new Promise(done => setTimeout(done));
  const details = Object.fromEntries(detailsOf(connection, 'extension', english));
  expect(details.Video).toBe('–');
  expect(details).not.toHaveProperty('Notes');
});

it('shows what a page without https lacks, even without a model', () => {
  // jsdom's pages are not secure.
  const details = Object.fromEntries(detailsOf(connection, null, english));
  expect(Object.keys(details)).toEqual(['Name', 'Clipboard', 'H.264', 'Keyboard shortcuts']);
  expect(details['H.264']).toMatch(/https.*Tight/);
});
