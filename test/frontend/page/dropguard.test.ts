import { keepPageOnDrop } from '../../../src/page/files/dropguard';

beforeAll(() => keepPageOnDrop());

/** Drags or drops something; returns the effect that the page allows, or null if the browser shows it in its place. */
function send(type: string, target: EventTarget, kind = 'Files'): string | null {
  const dataTransfer = { types: [kind], dropEffect: 'copy' };
  const event = Object.assign(new Event(type, { cancelable: true, bubbles: true }), { dataTransfer });
  target.dispatchEvent(event);
  return event.defaultPrevented ? dataTransfer.dropEffect : null;
}

it.each(['dragover', 'drop'])('takes nothing that nothing on the page takes, and stays: %s', type => {
  expect([send(type, document.body), send(type, window), send(type, document.body, 'text/uri-list')]).toEqual(
    Array(3).fill('none')
  );
});

it('lets text into fields, and no files', () => {
  const field = document.createElement('input');
  document.body.append(field);
  expect([send('drop', field, 'text/plain'), send('drop', field)]).toEqual([null, 'none']);
});

it('leaves alone what is taken', () => {
  document.body.addEventListener('drop', event => event.preventDefault(), { once: true });
  expect(send('drop', document.body)).toBe('copy');
});
