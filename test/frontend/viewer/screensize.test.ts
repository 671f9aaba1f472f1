import { readFileSync } from 'node:fs';

import { api, apply, haveClients, layOut, live, monitor, node, pass, rect, target, viewer } from '../fakes/screenpanel';

it('replaces members that noVNC has', () => {
  const source = readFileSync('node_modules/@novnc/novnc/core/rfb.js', 'utf8');
  for (const member of [
    '_requestRemoteResize() {',
    '_screenSize() {',
    '_updateScale() {',
    'const size = this._screenSize();',
    'this._display.scale = 1.0;',
    'this._display.resize(this._fbWidth, this._fbHeight);',
    '_refreshCursor() {',
    'this._cursor.change('
  ]) {
    expect(source).toContain(member);
  }
});

it.each(['pointerdown', 'keydown', 'focusin'])('takes the size back at %s', async type => {
  const rfb = await live();
  rfb.resize(800, 500);
  target.dispatchEvent(new Event(type, { bubbles: true }));
  expect(rfb.requested).toEqual(['1270x779']);
});

it('does not take the size back by itself', async () => {
  const rfb = await live();
  rfb.resize(800, 500);
  await haveClients(2);
  target.dispatchEvent(new Event('pointermove', { bubbles: true }));
  await pass(60000);
  rfb._requestRemoteResize();
  expect(rfb.requested).toEqual([]);
});

it('takes the size back when the other viewer has left', async () => {
  const rfb = await live();
  await haveClients(2);
  rfb.resize(800, 500);
  api.set({ clients: 1 });
  await pass(1000);
  expect(rfb.requested).toEqual(['1270x779']);
});

it('leaves the size to the others when one of several has left', async () => {
  const rfb = await live();
  await haveClients(3);
  rfb.resize(800, 500);
  (document.activeElement as HTMLElement | null)?.blur();
  await haveClients(2);
  expect(rfb.requested).toEqual([]);
});

it('does not resize without the right to', async () => {
  const rfb = await live();
  rfb.resize(800, 500);
  rfb.viewOnly = true;
  target.dispatchEvent(new Event('pointerdown'));
  expect(rfb.requested).toEqual([]);
});

it('takes the size back through REST, too', async () => {
  api.set({ resize: 'rest', clients: 1 });
  const rfb = await live();
  await pass(1000);
  expect(api.sizes).toEqual([{ width: 1270, height: 779 }]);
  rfb.resize(800, 500);
  target.dispatchEvent(new Event('pointerdown'));
  await pass(300);
  expect(api.sizes).toHaveLength(2);
  expect(rfb.requested).toEqual([]);
});

it.each([
  [2, '2540x1558', '1270px', '779px'],
  [1.5, '1905x1168', '1270px', `${1168 / 1.5}px`],
  [1.25, '1587x973', `${1587 / 1.25}px`, `${973 / 1.25}px`]
])('has native pixels at a ratio of %d', async (ratio, size, width, height) => {
  window.devicePixelRatio = ratio;
  const rfb = await live();
  apply({ resolution: 'native' });
  expect(rfb.requested).toEqual([size]);
  expect(target.style).toMatchObject({ width, height });
});

it('begins at a whole pixel of the screen', async () => {
  window.devicePixelRatio = 1.25;
  const rfb = await live();
  node.getBoundingClientRect = () => rect(290, 92, 700, 400);
  apply({ resolution: 'native' });
  expect(target.style).toMatchObject({ left: `${363 / 1.25 - 290}px`, top: '0px' });
  expect(rfb.requested).toEqual(['874x500']);
});

it('passes the fractions of CSS pixels on', async () => {
  await live();
  const seen: number[] = [];
  const event = (type: string, x: number, y: number) =>
    target.dispatchEvent(new MouseEvent(type, { clientX: x, clientY: y }));
  target.addEventListener('mousedown', ({ clientX, clientY }) => seen.push(clientX, clientY));
  const pointer = new MouseEvent('pointerdown');
  Object.defineProperties(pointer, { clientX: { value: 10.5 }, clientY: { value: 20.25 } });
  target.dispatchEvent(pointer);
  event('mousedown', 10, 20);
  event('mousedown', 40, 20);
  expect(seen).toEqual([10.5, 20.25, 40, 20]);
});

it('follows the page to another monitor', async () => {
  const rfb = await live();
  apply({ resolution: 'native' });
  window.devicePixelRatio = 2;
  monitor.dispatchEvent(new Event('change'));
  expect(rfb.requested).toEqual(['2540x1558']);
});

it('has CSS pixels while the link is slow, unless the settings ask for each pixel', async () => {
  window.devicePixelRatio = 2;
  api.set({ clients: 1, scaling: true });
  const rfb = await live();
  rfb.resize(2540, 1558);
  const { resolution } = viewer.screen;
  expect([resolution.isNative, resolution.ratio]).toEqual([true, 2]);
  resolution.isLinkSlow = true;
  expect([resolution.isNative, rfb.requested.at(-1)]).toEqual([false, '1270x779']);
  await pass(1000);
  expect(api.scales.at(-1)).toBe(100);
  rfb.resize(1270, 779);
  apply({ resolution: 'native' });
  expect([resolution.isNative, rfb.requested.at(-1)]).toEqual([false, '2540x1558']);
  rfb.resize(2540, 1558);
  apply({});
  expect(rfb.requested.at(-1)).toBe('1270x779');
  rfb.resize(1270, 779);
  resolution.isLinkSlow = false;
  expect(rfb.requested.at(-1)).toBe('2540x1558');
});

it('requests no more than a desktop can have', async () => {
  const rfb = await live();
  window.devicePixelRatio = 2;
  layOut(5120, 1440);
  apply({ resolution: 'native' });
  expect(rfb.requested).toEqual(['8192x2880']);
});

it.each(['fit', 'actual'] as const)('keeps the size of the desktop with "%s"', async scaling => {
  const rfb = await live();
  apply({ scaling });
  rfb.resize(800, 500);
  target.dispatchEvent(new Event('pointerdown'));
  expect(rfb.requested).toEqual([]);
  expect(rfb.scaleViewport).toBe(scaling === 'fit');
});

it('shows native pixels in their actual size', async () => {
  window.devicePixelRatio = 2;
  const rfb = await live();
  apply({ scaling: 'actual', resolution: 'native' });
  expect(rfb._display.scale).toBe(0.5);
  apply({ scaling: 'actual' });
  expect(rfb._display.scale).toBe(1);
});
