import FakeRFB from '../fakes/rfb';
import { ClipboardPanel, picture } from '../fakes/clipboardpanel';
import { loadNoVNC } from '../../../src/viewer/rfb';
import { DesktopError } from '../../../src/services/restapi';

let panel: ClipboardPanel;

beforeAll(() => loadNoVNC());

beforeEach(async () => {
  panel = await ClipboardPanel.open();
});

afterEach(() => panel.dispose());

it('sends a picture before the key that pastes it, and all keys after it in their order', async () => {
  panel.paste({}, picture('red'));
  expect(panel.seen).toEqual([]);
  await panel.settled();
  expect(panel.api.clipboard?.['image/png']).toMatch(/^iVBORw0KGg/);
  expect(panel.keys()).toBe('v a');
  expect(panel.sent).toEqual(['write default c1']);
});

it('sends HTML with its text', async () => {
  panel.paste({ 'text/plain': 'bold', 'text/html': '<b>bold</b>' });
  await panel.settled();
  expect(panel.api.clipboard).toEqual({ 'text/plain': 'bold', 'text/html': '<b>bold</b>' });
  expect(panel.keys()).toBe('v a');
});

it('sends the same only once', async () => {
  panel.paste({}, picture('red'));
  await panel.settled();
  panel.paste({}, picture('red'));
  await panel.settled();
  expect(panel.sent).toHaveLength(1);
  panel.paste({}, picture('blue'));
  await panel.settled();
  expect(panel.sent).toHaveLength(2);
  panel.paste({ 'text/plain': 'text' });
  await panel.settled();
  panel.paste({}, picture('blue'));
  await panel.settled();
  expect(panel.sent).toHaveLength(3);
});

it('pastes nothing, and says so, if the desktop takes text only', async () => {
  panel.api.clipboard = null;
  for (let turn = 0; turn < 2; turn++) {
    panel.paste({}, picture('red'));
    await panel.settled();
    expect(panel.keys()).toBe('a');
    expect(panel.notice).toContain('only text can be pasted');
  }
  expect(panel.sent).toHaveLength(1);
  panel.paste({ 'text/plain': 'bold', 'text/html': '<b>bold</b>' });
  await panel.settled();
  expect(FakeRFB.last.calls).toContainEqual(['clipboard', 'bold']);
  expect(panel.keys()).toBe('v a');
});

it('pastes nothing, and says so, if the picture is not taken', async () => {
  panel.api.error = new DesktopError({ status: 503, message: 'busy' });
  panel.paste({}, picture('red'));
  await panel.settled();
  expect(panel.keys()).toBe('a');
  expect(panel.notice).toContain('could not be sent');
});

it('pastes nothing of a picture of another kind', async () => {
  panel.paste({}, new File(['<svg/>'], 'x.svg', { type: 'image/svg+xml' }));
  await panel.settled();
  expect(panel.sent).toEqual([]);
  expect(panel.keys()).toBe('a');
  expect(panel.notice).toContain('neither text nor a picture');
});

it('withdraws what it said about a paste as soon as one succeeds', async () => {
  panel.paste({}, new File(['<svg/>'], 'x.svg', { type: 'image/svg+xml' }));
  await panel.settled();
  panel.press('keydown', { code: 'KeyB', key: 'b' });
  await panel.settled();
  expect(panel.notice).not.toBe('');
  panel.paste({ 'text/plain': 'a text' });
  await panel.settled();
  expect(panel.notice).toBe('');
});
