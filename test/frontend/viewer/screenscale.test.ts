import FakeRFB from '../fakes/rfb';
import { api, apply, connection, layOut, live, monitor, pass, target, viewer } from '../fakes/screenpanel';
import { DEFAULT_SCREEN } from '../../../src/viewer/screensettings';

it('has CSS pixels by default if running programs cannot be scaled', async () => {
  window.devicePixelRatio = 2;
  const rfb = await live();
  monitor.dispatchEvent(new Event('change'));
  await pass(1000);
  expect(rfb.requested).toEqual([]);
  expect(target.style.width).toBe('');
  expect(api.scales).toEqual([]);
});

it.each([
  [2, '2540x1558', 200],
  [1.25, '1587x973', 125],
  [3, '3810x2337', 300]
])('has native pixels and a scale by default at a ratio of %d', async (ratio, size, percent) => {
  api.set({ clients: 1, scaling: true, scale: 100 });
  layOut(1270, ratio === 3 ? 700 : 779);
  window.devicePixelRatio = ratio;
  const rfb = await live();
  layOut(1270, 779);
  apply({});
  await pass(1000);
  const isTooLarge = ratio === 3;
  expect(rfb.requested).toEqual(isTooLarge ? [] : [size]);
  expect(api.scales.at(-1)).toBe(isTooLarge ? 100 : percent);
});

it('follows the page to another monitor with size and scale', async () => {
  api.set({ clients: 1, scaling: true, scale: 100 });
  const rfb = await live();
  await pass(1000);
  window.devicePixelRatio = 2;
  monitor.dispatchEvent(new Event('change'));
  rfb.resize(2540, 1558);
  await pass(1000);
  expect(rfb.requested).toEqual(['2540x1558']);
  expect(api.scales).toEqual([100, 200]);
});

it('resets the scale that another desktop of the user left', async () => {
  api.set({ clients: 1, scaling: true, scale: 100 });
  await live();
  await pass(1000);
  expect(api.scales).toEqual([100]);
});

it.each([
  ['auto', 2, 200],
  [150, 1, 150],
  [100, 2, 100],
  ['auto', 5, 300],
  ['auto', 0.5, 100]
] as const)('has the scale "%s" at a ratio of %d', async (scale, ratio, percent) => {
  window.devicePixelRatio = ratio;
  api.set({ clients: 1, scaling: true, scale: 100 });
  await live();
  apply({ scale, resolution: 'native' });
  await pass(1000);
  expect(api.scales.at(-1)).toBe(percent);
});

it('takes the scale back from another viewer, once', async () => {
  api.set({ clients: 2, scaling: true, scale: 100 });
  await live();
  await pass(1000);
  api.set({ clients: 2, scaling: true, scale: 200 });
  await connection.refresh();
  await pass(1000);
  expect(api.scales).toEqual([100]);
  for (let times = 0; times < 3; times++) {
    target.dispatchEvent(new Event('keydown'));
    await pass(1000);
  }
  expect(api.scales).toEqual([100, 100]);
});

it.each(['fit', 'actual'] as const)('keeps the scale with "%s"', async scaling => {
  window.devicePixelRatio = 2;
  api.set({ clients: 1, scaling: true, scale: 100 });
  viewer.applySettings({ screen: { ...DEFAULT_SCREEN, scaling, scale: 200 } });
  await live();
  await pass(1000);
  expect(api.scales).toEqual([]);
});

it('does not scale without the right to', async () => {
  window.devicePixelRatio = 2;
  api.nextTicket = { ticket: 'x', rights: ['see', 'keys', 'pointer'] };
  api.set({ clients: 2, scaling: true, scale: 100 });
  await live();
  await pass(1000);
  expect(api.scales).toEqual([]);
  expect(target.style.width).toBe('');
});

describe('while the size changes', () => {
  const held = () => target.querySelector<HTMLCanvasElement>('.jp-Desktop-heldFrame');

  it('shows the last picture until programs have drawn themselves', async () => {
    const rfb = await live();
    await pass(1000);
    rfb.resize(1400, 800);
    const first = held()!;
    expect([first.width, first.height, first.getAttribute('aria-hidden')]).toEqual([1270, 779, 'true']);
    await pass(500);
    rfb.resize(1500, 800);
    await pass(500);
    expect(held()).toBe(first);
    await pass(200);
    expect(held()).toBeNull();
  });

  it('holds no picture if the size stays or nothing was painted', async () => {
    connection.start();
    await pass();
    FakeRFB.last.connect();
    FakeRFB.last.resize(800, 600);
    expect(held()).toBeNull();
    FakeRFB.last.paint();
    FakeRFB.last.resize(800, 600);
    expect(held()).toBeNull();
  });

  it('fills a panel that grows, before the desktop follows', async () => {
    await live();
    await pass(1000);
    layOut(1400, 900);
    apply({});
    expect(held()).not.toBeNull();
  });

  it('shows the desktop itself as soon as somebody uses it', async () => {
    const rfb = await live();
    rfb.resize(800, 500);
    expect(held()).not.toBeNull();
    target.dispatchEvent(new Event('keydown'));
    expect(held()).toBeNull();
  });

  it('ends with its connection', async () => {
    const rfb = await live();
    rfb.resize(800, 500);
    viewer.dispose();
    await pass(1000);
    expect(held()).toBeNull();
  });
});
